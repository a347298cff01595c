import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { answerBrokenRequest } from './answer-broken-request.js';
import type { TlsServers } from './tls/tls-servers.js';

const SECOND = 1000;

/** How the server treats connections, whoever is at the other end: who is slow or silent is let go. */
function connectionOptions(requestMs: number): ServerOptions {
  return {
    maxHeaderSize: 16 * 1024,
    headersTimeout: Math.min(20 * SECOND, requestMs),
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.min(5 * SECOND, requestMs),
    /** A connection in the middle of nothing. Longer than the 60 s of common load balancers, which must be first to close. */
    keepAliveTimeout: 65 * SECOND,
    // Node would refuse in a manner of its own; `must-be-well-formed.ts` does.
    requireHostHeader: false,
  };
}

/**
 * What Fastify makes its servers with, one for each address. A server has its listeners from here, because Fastify gives
 * its own to the first one only.
 * @param requestMs for a whole request to arrive
 */
export function serverFactory(tls: TlsServers | undefined, requestMs: number): (handler: RequestListener) => Server {
  return (handler) => {
    const options = connectionOptions(requestMs);
    const server = tls ? tls.create(handler, options) : createServer(options, handler);
    server.on('clientError', answerBrokenRequest);
    server.on('checkExpectation', handler);
    // Nobody is connected to anybody from here.
    server.on('connect', ({ socket }) => answerBrokenRequest(new Error('CONNECT'), socket));
    return server;
  };
}
