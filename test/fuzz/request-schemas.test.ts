import { describe, expect, it } from '@jest/globals';
import * as fc from '../support/fast-check.js';
import { isKmsError } from '../../src/errors.js';
import { parseJson } from '../../src/json/parse-json.js';
import type { EndpointShape } from '../../src/doors/rest/endpoint-shape.js';
import { exampleOf } from '../../src/doors/rest/openapi/example-of.js';
import { SchemaBook, type JsonSchema } from '../../src/doors/rest/openapi/schema-book.js';
import { readFields } from '../../src/doors/rest/read-fields.js';
import { readInput } from '../../src/doors/rest/read-input.js';
import { endpointsOf } from '../support/endpoints-of.js';
import { CONTROLLERS } from '../../src/doors/rest/rest.module.js';

const RUNS = 100_000;
const endpoints = endpointsOf(CONTROLLERS);
const withBody = endpoints.filter(({ body }) => body !== undefined);
const book = new SchemaBook();

/** Nothing but an input of the declared fields, or a refusal that says where. */
function mustReadOrRefuse(endpoint: EndpointShape, bytes: Buffer): object | undefined {
  try {
    return readInput(endpoint, {}, bytes);
  } catch (error) {
    if (!isKmsError(error) || !['invalid-request', 'payload-too-large'].includes(error.code)) throw error;
    if (error.detail.length > 2000) throw new Error('the refusal is as long as the request', { cause: error });
    return undefined;
  }
}

const oddValue = fc.oneof(
  fc.constantFrom<unknown>(null, true, '', [], {}, -1, 0.5, 1e308, '\ud800', '\0', 'AA==', 'A===', { items: [] }, [{}]),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.double(),
  fc.jsonValue({ maxDepth: 3 }),
);
const oddName = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', 'items', 'hasOwnProperty', 'keyring', 'key', ''),
  fc.string({ maxLength: 8 }),
);

/** The fields of a schema, or of all the schemas that it is one of. */
function fieldsOf(schema: JsonSchema): string[] {
  const { properties = {}, oneOf = [], anyOf = [] } = book.resolve(schema);
  return [...Object.keys(properties), ...[...oneOf, ...anyOf].flatMap(fieldsOf)];
}

/** A valid body with a field changed, added or taken away; or its text with bytes changed. */
function mutated(endpoint: EndpointShape): fc.Arbitrary<Buffer> {
  const valid = { ...Object(exampleOf(book.resolve(book.schemaOf(endpoint.body!)))) };
  const names = Object.keys(valid);
  const field = names.length > 0 ? fc.oneof(fc.constantFrom(...names), oddName) : oddName;
  const changed = fc.tuple(field, fc.option(oddValue, { nil: undefined })).map(([name, value]) => {
    const body = { ...valid };
    Object.defineProperty(body, name, { value, enumerable: true });
    return body;
  });
  const wrapped = fc.tuple(changed, fc.boolean()).map(([body, many]) => (many ? { items: [valid, body] } : body));
  const text = wrapped.map((body) => Buffer.from(JSON.stringify(body)));
  const edited = fc
    .tuple(text, fc.nat(), fc.uint8Array({ maxLength: 4 }), fc.nat(6))
    .map(([bytes, at, inserted, cut]) => {
      const from = at % (bytes.length + 1);
      return Buffer.concat([bytes.subarray(0, from), inserted, bytes.subarray(from + cut)]);
    });
  return fc.oneof(text, edited);
}

describe('request schemas under mutation', () => {
  it('knows the routes that it mutates', () => {
    expect(withBody.length).toBeGreaterThan(20);
  });

  it.each(withBody.map((endpoint) => [endpoint.id, endpoint] as const))('%s reads its own example', (_, endpoint) => {
    const example = Buffer.from(JSON.stringify(exampleOf(book.resolve(book.schemaOf(endpoint.body!)))));
    expect(mustReadOrRefuse(endpoint, example)).toBeDefined();
  });

  it.each(withBody.map((endpoint) => [endpoint.id, endpoint] as const))(
    '%s answers an input of declared fields, or refuses',
    (_, endpoint) => {
      const declared = new Set(fieldsOf(book.schemaOf(endpoint.body!)));
      fc.assert(
        fc.property(mutated(endpoint), (bytes) => {
          const input = mustReadOrRefuse(endpoint, bytes);
          if (!input) return;
          const each = input as { one?: object; many?: object[] };
          for (const item of each.many ?? [endpoint.each ? each.one! : input]) {
            const isPlain = Object.getPrototypeOf(item) === Object.prototype;
            if (!isPlain || !Object.keys(item).every((name) => declared.has(name))) throw new Error('an odd field');
          }
        }),
        { numRuns: Math.ceil(RUNS / withBody.length) },
      );
    },
  );

  it('reads queries and paths, or refuses them', () => {
    const schemas = endpoints.flatMap(({ params, query }) => [params, query]).filter((schema) => schema !== undefined);
    const text = fc.string({ unit: 'binary', maxLength: 16 });
    const names = fc.constantFrom('limit', 'cursor', 'keyring', 'key', 'version', 'since', 'tag', '__proto__');
    const given = fc.dictionary(
      names,
      fc.oneof(text, fc.array(text, { maxLength: 2 }), fc.constantFrom('1', '-1', '1e3', '9'.repeat(30))),
    );
    fc.assert(
      fc.property(fc.constantFrom(...schemas), given, (schema, fields) => {
        try {
          readFields(schema, fields, 'query');
        } catch (error) {
          if (!isKmsError(error, 'invalid-request')) throw error;
        }
      }),
      { numRuns: 10_000 },
    );
  });

  it('parses JSON as JSON.parse does, or refuses', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        let value: unknown;
        try {
          value = parseJson(Buffer.from(text));
        } catch (error) {
          if (!isKmsError(error, 'invalid-request')) throw error;
          expect(error.detail).toMatch(/twice|__proto__/);
          return;
        }
        expect(value).toEqual(JSON.parse(text));
      }),
      { numRuns: 10_000 },
    );
  });
});
