import type { RouteOptions } from 'fastify';
import { SchemaBook, type JsonSchema } from './schema-book.js';
import { describeEndpoint, type OpenApiOperation } from './describe-endpoint.js';
import { GROUPS } from './groups.js';
import { problemSchema } from './problem-schema.js';

/** The parts of OpenAPI 3.1 that are used here. */
export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description: string;
    readonly license: object;
  };
  readonly security: readonly object[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>>; readonly securitySchemes: object };
}

const DESCRIPTION = [
  'Keystead is a key management service. Bytes are base64 (RFC 4648 with padding), times ISO 8601 in UTC.',
  '`{key}` is an id, a name or an alias. Every call but the public ones takes `Authorization: Bearer <token>`.',
  'Errors are RFC 9457 problem documents with a stable `code`. Lists are newest first, a page at a time.',
].join(' ');

/** OpenAPI 3.1 from the endpoints of the server's routes. */
export function describeApi(routes: readonly RouteOptions[], version: string): OpenApi {
  const book = new SchemaBook();
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const { url, config } of routes) {
    const endpoint = config?.endpoint;
    if (!endpoint) continue;
    const path = url.replaceAll(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[endpoint.method.toLowerCase()] = describeEndpoint(endpoint, book);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Keystead',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ token: [] }],
    tags: GROUPS.map(({ name, description }) => ({ name, description })),
    paths,
    components: {
      schemas: { ...book.named, Problem: problemSchema() },
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'An API token, kst_…' } },
    },
  };
}
