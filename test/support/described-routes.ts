import { call } from './server.js';

/** A route, as the service's own description tells it. */
export interface DescribedRoute {
  readonly method: string;
  /** With the names of its parameters in braces. */
  readonly path: string;
  /** undefined: public. */
  readonly permission: string | undefined;
  /** Answers without a token. */
  readonly isPublic: boolean;
  readonly inPath: readonly string[];
  readonly inQuery: readonly string[];
  /** What its query must hold at least. */
  readonly query: Readonly<Record<string, string>>;
  readonly hasBody: boolean;
  /** Names of the fields of its body. */
  readonly inBody: readonly string[];
  /** A body that can be read. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** Takes `{"items": […]}` too. */
  readonly each: boolean;
}

/** Where the description's example is not a whole body. */
const BODIES: Readonly<Record<string, object>> = {
  'binding.create': { caller: 'billing', role: 'crypto-user', scope: { keyring: 'default' } },
  'credential.create': { kind: 'certificate', match: { dns: 'stranger.example' } },
  'key.create': {},
  'key.export': { publicKey: 'aGVsbG8=', algorithm: 'rsaes-oaep-sha-256' },
  'webhook.create': { url: 'http://127.0.0.1:9/', types: ['keystead.campaign.closed'] },
  // By tags or of one key, not both.
  'policy.simulate': {},
  'keyring.update': { description: 'mine' },
};

interface Schema {
  readonly $ref?: string;
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: { readonly examples?: readonly string[] };
}
interface Operation {
  readonly parameters: readonly Parameter[];
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: Schema; readonly example: object } };
  };
  readonly 'x-permission'?: string;
  readonly security?: readonly object[];
}

export async function describedRoutes(server: { readonly url: string }, token: string): Promise<DescribedRoute[]> {
  const { body: api } = await call(server, token, 'GET', '/api/openapi.json');
  const schemas: Readonly<Record<string, Schema>> = api.components.schemas;
  const paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> = api.paths;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const { parameters, requestBody, 'x-permission': permission } = operation;
      const json = requestBody?.content['application/json'];
      const each = json?.schema.oneOf !== undefined;
      const item = each ? json.schema.oneOf?.[0] : json?.schema;
      const fields = schemas[item?.$ref?.split('/').at(-1) ?? ''] ?? item;
      const needed = parameters.filter((one) => one.in === 'query' && one.required);
      const namesIn = (place: string) => parameters.filter((one) => one.in === place).map(({ name }) => name);
      return {
        method: method.toUpperCase(),
        path,
        permission,
        isPublic: operation.security?.length === 0,
        inPath: namesIn('path'),
        inQuery: namesIn('query'),
        query: Object.fromEntries(needed.map(({ name, schema }) => [name, schema.examples?.[0] ?? name])),
        hasBody: ['post', 'put', 'patch'].includes(method),
        inBody: Object.keys(fields?.properties ?? {}),
        body: json && { ...(BODIES[permission ?? ''] ?? json.example) },
        each,
      };
    }),
  );
}

/** The address of a route with these values in it. */
export function addressOf({ path }: DescribedRoute, values: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? name));
}
