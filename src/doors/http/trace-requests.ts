import type { FastifyInstance } from 'fastify';
import type { OpenSpan, Tracer } from '../../tracer.js';

declare module 'fastify' {
  interface FastifyRequest {
    span: OpenSpan | null;
  }
}

const LEAST_FAILURE = 500;

/** A span for each request, in which everything that it does lies; named by its route, never by its address. */
export function traceRequests(server: FastifyInstance, tracer: Tracer): void {
  server.decorateRequest('span', null);
  server.addHook('onRequest', (request, _reply, done) => {
    const { method, headers } = request;
    const { traceparent } = headers;
    const span = tracer.beginRequest(method, typeof traceparent === 'string' ? traceparent : undefined);
    const route = request.routeOptions.url;
    span.set({ 'http.request.method': method, 'keystead.request_id': request.id });
    if (route !== undefined) span.set({ 'http.route': route }, `${method} ${route}`);
    request.span = span;
    span.run(done);
  });
  server.addHook('onResponse', (request, { statusCode }, done) => {
    request.span?.set({ 'http.response.status_code': statusCode });
    request.span?.end(statusCode >= LEAST_FAILURE ? String(statusCode) : undefined);
    done();
  });
}
