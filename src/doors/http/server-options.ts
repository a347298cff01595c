import type { Server } from 'node:http';
import type { FastifyHttpOptions, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import { newRequestId } from '../../operations/vocabulary.js';
import { answerBrokenRequest } from './answer-broken-request.js';
import { kmsErrorOf } from './kms-error-of.js';
import { problemHeaders, problemOf } from './problem.js';
import { SECURITY_HEADERS } from './security-headers.js';
import { STATUS_OF } from './status-of.js';
import type { TlsServers } from './tls/tls-servers.js';

const SECOND = 1000;

/** How the server itself behaves. A slow or silent client is let go; nothing is guessed or coerced. */
export const SERVER_OPTIONS = {
  genReqId: () => newRequestId(),
  // Bodies are read after authentication, each route with its own limit (`read-body.ts`).
  bodyLimit: 1024 * 1024,
  /** For a whole request to arrive. */
  requestTimeout: 60 * SECOND,
  /** A connection in the middle of nothing. Longer than the 60 s of common load balancers, which must be first to close. */
  keepAliveTimeout: 65 * SECOND,
  http: { headersTimeout: 20 * SECOND, maxHeaderSize: 16 * 1024 },
  // Addresses of a proxy's clients are the proxy's word; nobody's word is taken.
  trustProxy: false,
  routerOptions: { maxParamLength: 256, caseSensitive: true, ignoreTrailingSlash: false },
  // `refuse-when-closing.ts` answers in our own manner.
  return503OnClosing: false,
  clientErrorHandler: answerBrokenRequest,
  frameworkErrors: answerUnroutable,
} as const satisfies FastifyHttpOptions<Server>;

/** The same over TLS. A server that comes from a factory does not get Fastify's own settings. */
export function overTls(tls: TlsServers): Pick<FastifyServerOptions, 'serverFactory'> {
  const { requestTimeout, keepAliveTimeout, http } = SERVER_OPTIONS;
  return { serverFactory: (handler) => tls.create(handler, { ...http, requestTimeout, keepAliveTimeout }) };
}

/** An address that the router cannot read: there is no route yet, and no hook has run. */
function answerUnroutable(thrown: Error, request: FastifyRequest, reply: FastifyReply): void {
  const error = kmsErrorOf(thrown);
  const headers = { ...SECURITY_HEADERS, 'x-request-id': request.id, ...problemHeaders(error) };
  void reply.code(STATUS_OF[error.code]).headers(headers).send(problemOf(error, request.id));
}
