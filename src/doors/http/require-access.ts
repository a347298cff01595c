import type { FastifyInstance } from 'fastify';

/**
 * Default deny, at the start: a route that does not say who may come in does not boot, whoever registered it.
 * To be called before any route is.
 */
export function requireAccess(server: FastifyInstance): void {
  server.addHook('onRoute', ({ method, url, config }) => {
    if (config?.access !== undefined) return;
    throw new Error(`${String(method)} ${url} does not declare who may use it: add @Requires(operation) or @Public()`);
  });
}
