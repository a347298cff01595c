import type { Client } from 'pg';
import type { Tracer } from '../tracer.js';
import { tellingClient } from './telling-client.js';

const VERB = /^\s*([a-z]+)/i;

/** A connection whose statements are spans, named by their verb: neither text nor parameters are told. */
export function tracedClient(tracer: Tracer, Base: typeof Client): typeof Client {
  return tellingClient((_client, statement) => {
    const span = tracer.begin(`database.${verbOf(statement)}`, { 'db.system.name': 'postgresql' });
    return (error) => span.end(error ? 'error' : undefined);
  }, Base);
}

function verbOf(statement: unknown): string {
  const text = typeof statement === 'object' && statement !== null && 'text' in statement ? statement.text : statement;
  return (typeof text === 'string' && VERB.exec(text)?.[1]?.toLowerCase()) || 'query';
}
