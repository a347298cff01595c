import { z } from 'zod';
import { MetricsController } from '../../src/doors/rest/metrics.controller.js';
import { CONTROLLERS } from '../../src/doors/rest/rest.module.js';
import { endpointsOf, type PlacedEndpoint } from './endpoints-of.js';

const endpoints = endpointsOf([...CONTROLLERS, MetricsController]);

/** Routes that `mustBeAsDocumented` saw. */
export const seen = new Set<string>();

export const documentedRoutes = endpoints.map(({ method, url }) => `${method} ${url}`);

/** @throws Error where a successful answer differs from what the API's description says of it */
export function mustBeAsDocumented(method: string, path: string, status: number, body: unknown): void {
  const endpoint = endpointAt(method, path);
  if (!endpoint) throw new Error(`${method} ${path} is not documented`);
  seen.add(`${method} ${endpoint.url}`);
  if (status !== endpoint.status)
    throw new Error(`${method} ${endpoint.url}: answered ${status}, documented ${endpoint.status}`);
  if (status === 204 || !endpoint.answer) return;
  if (endpoint.each && isRecord(body) && Array.isArray(body['items'])) {
    for (const item of body['items'])
      if (!isRecord(item) || !('error' in item)) mustFit(endpoint, endpoint.answer, item);
    return;
  }
  const { replayed: _, ...answer } = isRecord(body) ? body : {};
  mustFit(endpoint, endpoint.answer, answer);
}

function mustFit({ method, url }: PlacedEndpoint, schema: z.ZodType, body: unknown): void {
  const { error } = schema.safeParse(body);
  if (error) throw new Error(`${method} ${url}: ${z.prettifyError(error)} in ${JSON.stringify(body)}`);
  const extra = undocumented(schema, body);
  if (extra.length > 0) throw new Error(`${method} ${url}: undocumented ${extra.join(', ')}`);
}

/** Fields of objects, and of the items of lists, that the schema does not know. */
function undocumented(schema: unknown, body: unknown): string[] {
  if (schema instanceof z.ZodArray && Array.isArray(body))
    return body.flatMap((item) => undocumented(schema.element, item));
  if (!(schema instanceof z.ZodObject) || !isRecord(body)) return [];
  return Object.entries(body).flatMap(([name, value]) => {
    const field: unknown = schema.shape[name];
    return field === undefined ? [name] : undocumented(field, value);
  });
}

function endpointAt(method: string, path: string): PlacedEndpoint | undefined {
  const parts = (path.split('?')[0] ?? '').split('/');
  return endpoints.find(({ method: of, url }) => {
    const pattern = url.split('/');
    return (
      of === method &&
      pattern.length === parts.length &&
      pattern.every((part, i) => part.startsWith(':') || part === parts[i])
    );
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
