import type { FastifyInstance, RouteOptions } from 'fastify';

type Method = RouteOptions['method'];

/** Every route that the server has, for those who must know: which methods an address takes, the API's description. */
export class RouteTable {
  readonly #routes: RouteOptions[] = [];

  /** To be called before any route is registered. */
  watch(server: FastifyInstance): void {
    server.addHook('onRoute', (route) => {
      this.#routes.push(route);
    });
  }

  get routes(): readonly RouteOptions[] {
    return this.#routes;
  }

  /** @param url path and query of a request */
  methodsAt(url: string): readonly string[] {
    const [path = ''] = url.split('?', 1);
    const parts = path.split('/');
    const methods = this.#routes
      .filter((route) => fits(route.url.split('/'), parts))
      .flatMap(({ method }) => listed(method));
    return [...new Set(methods)].toSorted();
  }
}

function listed(method: Method): readonly string[] {
  return Array.isArray(method) ? method : [method];
}

function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  return (
    pattern.length === parts.length &&
    pattern.every((part, i) => (part.startsWith(':') ? parts[i] !== '' : part === parts[i]))
  );
}
