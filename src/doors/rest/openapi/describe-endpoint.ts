import { STATUS_CODES } from 'node:http';
import type { z } from 'zod';
import type { EndpointShape } from '../endpoint-shape.js';
import { exampleOf } from './example-of.js';
import { groupOf } from './groups.js';
import type { JsonSchema, SchemaBook } from './schema-book.js';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, { schema: JsonSchema; example: unknown }>>;
  };
  readonly responses: Readonly<Record<string, object>>;
  readonly security?: readonly object[];
  /** The permission that a role must hold. */
  readonly 'x-permission'?: string;
}

const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Kept for 24 hours: a repeat answers what was made, without its one-time secret and with "replayed": true; another body under the same key is 422',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

const PROBLEM = {
  description: 'What went wrong, as a problem document',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

export function describeEndpoint(endpoint: EndpointShape, book: SchemaBook): OpenApiOperation {
  const { access, id, summary, description } = endpoint;
  const permission = access === 'public' ? undefined : access.operation;
  const needsToken = access !== 'public' && !access.inBody;
  const authority = needsToken ? `Permission: \`${access.operation}\`.` : 'Needs no token.';
  return {
    operationId: id,
    tags: [groupOf(access)],
    summary,
    description: [description, authority].filter(Boolean).join(' '),
    parameters: [
      ...parametersOf(endpoint.params, 'path', book),
      ...parametersOf(endpoint.query, 'query', book),
      ...(endpoint.idempotent ? [IDEMPOTENCY_KEY] : []),
    ],
    ...bodyOf(endpoint, book),
    responses: { [endpoint.status]: answerOf(endpoint, book), default: PROBLEM },
    ...(needsToken ? {} : { security: [] }),
    ...(permission === undefined ? {} : { 'x-permission': permission }),
  };
}

function parametersOf(schema: z.ZodType | undefined, place: Parameter['in'], book: SchemaBook): Parameter[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = book.resolve(book.schemaOf(schema));
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

function bodyOf({ body, each }: EndpointShape, book: SchemaBook): Pick<OpenApiOperation, 'requestBody'> {
  if (!body) return {};
  const item = book.schemaOf(body);
  const fields = book.resolve(item);
  const required = (fields.required ?? []).length > 0 || 'example' in fields;
  const example = exampleOf(fields);
  return {
    requestBody: { required, content: { 'application/json': { schema: each ? oneOrMany(item) : item, example } } },
  };
}

function answerOf({ answer, answerType = 'application/json', each, status }: EndpointShape, book: SchemaBook): object {
  const description = STATUS_CODES[status] ?? '';
  if (status === 204) return { description };
  const schema = answer ? book.schemaOf(answer) : {};
  return { description, content: { [answerType]: { schema: each ? answerOfEach(schema) : schema } } };
}

function oneOrMany(item: JsonSchema): JsonSchema {
  const items = { type: 'array', minItems: 1, maxItems: 10_000, items: item };
  return { oneOf: [item, { type: 'object', required: ['items'], additionalProperties: false, properties: { items } }] };
}

function answerOfEach(answer: JsonSchema): JsonSchema {
  const error = { type: 'object', properties: { code: { type: 'string' }, detail: { type: 'string' } } };
  const failed = { type: 'object', required: ['error'], properties: { error } };
  const items = { type: 'array', items: { anyOf: [failed, answer] }, description: 'In the order of the items asked' };
  return { anyOf: [answer, { type: 'object', required: ['items'], properties: { items } }] };
}
