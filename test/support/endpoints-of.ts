import 'reflect-metadata';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { EndpointShape } from '../../src/doors/rest/endpoint-shape.js';

type Class = abstract new (...args: never[]) => object;

/** An endpoint with its whole path, in the router's form. */
export interface PlacedEndpoint extends EndpointShape {
  readonly url: string;
}

/** What the methods of controllers declare. */
export function endpointsOf(controllers: readonly Class[]): PlacedEndpoint[] {
  return controllers.flatMap((controller) => {
    const prefix: string = Reflect.getMetadata(PATH_METADATA, controller);
    return Object.getOwnPropertyNames(controller.prototype).flatMap((name) => {
      const handler = Object.getOwnPropertyDescriptor(controller.prototype, name)?.value;
      const config: { endpoint?: EndpointShape } | undefined = Reflect.getMetadata(
        FASTIFY_ROUTE_CONFIG_METADATA,
        handler,
      );
      if (!config?.endpoint) return [];
      const url = `/${prefix}/${config.endpoint.path}`.replaceAll(/\/+/g, '/').replace(/\/$/, '');
      return [{ ...config.endpoint, url }];
    });
  });
}
