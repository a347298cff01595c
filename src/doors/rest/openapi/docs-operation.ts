import type { OpenApi } from './describe-api.js';
import type { OpenApiOperation } from './describe-endpoint.js';
import { markup, type Markup } from './markup.js';
import { resolveSchema, type JsonSchema } from './schema-book.js';

/** An operation with its place. */
export interface Placed {
  readonly method: string;
  readonly path: string;
  readonly operation: OpenApiOperation;
}

interface Row {
  readonly name: string;
  readonly kind: string;
  readonly about: string;
  readonly required: boolean;
}

export function docsOperation({ method, path, operation }: Placed, api: OpenApi): Markup {
  const { operationId, summary, description, parameters, requestBody } = operation;
  const body = requestBody?.content['application/json'];
  const rows = [
    ...parameters.map(({ name, in: place, required, description = '', schema }) => ({
      name,
      kind: `${place}, ${kindOf(schema)}`,
      about: description,
      required,
    })),
    ...(body ? fieldsOf(body.schema, api) : []),
  ];
  return markup`<section id="${operationId}">
<h3>${summary}</h3>
<p><span class="method">${method}</span><code class="path">${path}</code></p>
<p>${description}</p>
${rows.length > 0 ? table(rows) : undefined}<pre>${exampleCall(method, path, operation)}</pre>
${answer(operation, api)}</section>
`;
}

function answer({ responses }: OpenApiOperation, api: OpenApi): Markup | undefined {
  const [status = '', response = {}] = Object.entries(responses).find(([status]) => status !== 'default') ?? [];
  const { content = {} } = response as { content?: Record<string, { schema: JsonSchema }> };
  const schema = Object.values(content)[0]?.schema;
  const rows = schema ? fieldsOf(schema, api) : [];
  if (rows.length === 0) return markup`<p class="note">Answers ${status}.</p>\n`;
  return markup`<p class="note">Answers ${status}:</p>\n${table(rows)}`;
}

/** The first form stands for all: of a single call or a batch, the single one. */
function fieldsOf(schema: JsonSchema, api: OpenApi): Row[] {
  const [first = schema] = schema.oneOf ?? schema.anyOf ?? [];
  const { properties = {}, required = [] } = resolveSchema(api.components.schemas, first);
  return Object.entries(properties).map(([name, field]) => ({
    name,
    kind: kindOf(field),
    about: aboutOf(field),
    required: required.includes(name),
  }));
}

function kindOf({ $ref, type, contentEncoding, format, items = {}, anyOf }: JsonSchema): string {
  if ($ref !== undefined) return $ref.slice($ref.lastIndexOf('/') + 1);
  if (anyOf) return anyOf.map(kindOf).join(' or ');
  if (type === 'array') return `list of ${kindOf(items)}`;
  return contentEncoding ?? format ?? type ?? 'any';
}

function aboutOf({ description = '', enum: words }: JsonSchema): string {
  return [description, words ? `One of ${words.join(', ')}.` : ''].filter(Boolean).join(' ');
}

function table(rows: readonly Row[]): Markup {
  const lines = rows.map(({ name, kind, about, required }) => {
    const optional = required ? '' : ' ?';
    return markup`<tr><td><code>${name}</code>${optional}</td><td>${kind}</td><td>${about}</td></tr>\n`;
  });
  return markup`<table><tbody>\n${lines}</tbody></table>\n`;
}

function exampleCall(method: string, path: string, { parameters, requestBody, security }: OpenApiOperation): string {
  const filled = parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce((text, { name, schema: { examples = [name] } }) => text.replace(`{${name}}`, String(examples[0])), path);
  const verb = method === 'GET' ? '' : `-X ${method} `;
  const token = security === undefined ? ' -H "Authorization: Bearer $KEYSTEAD_TOKEN"' : '';
  const body = requestBody?.content['application/json']?.example;
  const data = body === undefined ? '' : ` \\\n  -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
  return `curl ${verb}"$KEYSTEAD_URL${filled}"${token}${data}`;
}
