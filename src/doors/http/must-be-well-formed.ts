import type { FastifyInstance, FastifyRequest } from 'fastify';
import { KmsError } from '../../errors.js';

/** Refuses what Node's parser lets through, and what it would refuse without a problem document. */
export function mustBeWellFormed(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    done(problemOf(request));
  });
}

function problemOf({ raw }: FastifyRequest): KmsError | undefined {
  // RFC 9112 section 3.2.
  const hosts = hostsIn(raw.rawHeaders);
  if (hosts > 1 || (hosts === 0 && raw.httpVersion === '1.1')) {
    return new KmsError('invalid-request', 'header Host: exactly one');
  }
  const { expect } = raw.headers;
  if (expect !== undefined && expect.toLowerCase() !== '100-continue') {
    return new KmsError('invalid-request', 'header Expect: 100-continue, or none');
  }
  return undefined;
}

/** Raw headers are names and values in turn. */
function hostsIn(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count;
}
