import 'reflect-metadata';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { EndpointShape } from '../../src/doors/rest/endpoint-shape.js';

type Class = abstract new (...args: never[]) => object;

/** What the methods of controllers declare. */
export function endpointsOf(controllers: readonly Class[]): EndpointShape[] {
  return controllers.flatMap(({ prototype }) =>
    Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const handler = Object.getOwnPropertyDescriptor(prototype, name)?.value;
      const config: { endpoint?: EndpointShape } | undefined = Reflect.getMetadata(
        FASTIFY_ROUTE_CONFIG_METADATA,
        handler,
      );
      return config?.endpoint ? [config.endpoint] : [];
    }),
  );
}
