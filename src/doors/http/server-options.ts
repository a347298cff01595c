import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import { newRequestId } from '../../operations/vocabulary.js';
import { kmsErrorOf } from './kms-error-of.js';
import { problemHeaders, problemOf } from './problem.js';
import { SECURITY_HEADERS } from './security-headers.js';
import { STATUS_OF } from './status-of.js';

/** How Fastify behaves: nothing is guessed or coerced. `make-server.ts` has what concerns connections. */
export const SERVER_OPTIONS = {
  genReqId: () => newRequestId(),
  // Bodies are read after authentication, each route with its own limit (`read-body.ts`).
  bodyLimit: 1024 * 1024,
  // Addresses of a proxy's clients are the proxy's word; nobody's word is taken.
  trustProxy: false,
  routerOptions: { maxParamLength: 256, caseSensitive: true, ignoreTrailingSlash: false },
  // `refuse-when-closing.ts` answers in our own manner.
  return503OnClosing: false,
  // The servers have theirs already.
  clientErrorHandler: () => undefined,
  frameworkErrors: answerUnroutable,
} as const satisfies FastifyServerOptions;

/** An address that the router cannot read: there is no route yet, and no hook has run. */
function answerUnroutable(thrown: Error, request: FastifyRequest, reply: FastifyReply): void {
  const error = kmsErrorOf(thrown);
  const headers = { ...SECURITY_HEADERS, 'x-request-id': request.id, ...problemHeaders(error) };
  void reply.code(STATUS_OF[error.code]).headers(headers).send(problemOf(error, request.id));
}
