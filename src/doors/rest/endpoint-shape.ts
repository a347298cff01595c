import type { z } from 'zod';
import type { Access } from '../http/access.js';

/** What a route declares, once: routing, guards, reading, and its page in the API's description come from it. */
export interface EndpointShape {
  /** Its name in the API's description: `keys.create`. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** After the controller's prefix: `:key/rotate`. */
  readonly path: string;
  readonly access: Exclude<Access, 'signed'>;
  readonly params?: z.ZodType<object> | undefined;
  readonly query?: z.ZodType<object> | undefined;
  readonly body?: z.ZodType<object> | undefined;
  /** The body is one item, or `{"items": [item …]}`. */
  readonly each: boolean;
  /** Of an answer. 201 makes a resource, 204 has no body. */
  readonly status: 200 | 201 | 202 | 204;
  readonly answer?: z.ZodType | undefined;
  /** Where the answer is not JSON. */
  readonly answerType?: string;
  /** Takes an Idempotency-Key: a repeat is answered with what was made before. */
  readonly idempotent: boolean;
  readonly summary: string;
  readonly description?: string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    endpoint?: EndpointShape;
  }
}
