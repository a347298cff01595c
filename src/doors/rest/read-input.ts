import { z } from 'zod';
import { KmsError } from '../../errors.js';
import { parseJson } from '../../json/parse-json.js';
import type { Each } from './call.js';
import type { EndpointShape } from './endpoint-shape.js';
import { readFields } from './read-fields.js';

const MIB = 1024 * 1024;
const BATCH_LIMITS = { items: 10_000, decoded: 16 * MIB } as const;

const NO_FIELDS = z.strictObject({});
const ENVELOPE = z.strictObject({ items: z.array(z.unknown()).min(1).max(BATCH_LIMITS.items) });

type Reading = Pick<EndpointShape, 'body' | 'each'>;

/**
 * An endpoint's input from the bytes of a body.
 * @param place the fields of path and query, which are put into every item
 * @throws KmsError invalid-request, payload-too-large
 */
export function readInput({ body: schema = NO_FIELDS, each }: Reading, place: object, bytes: Buffer): object {
  const body = bytes.length === 0 ? {} : parseJson(bytes);
  return each ? readEach(schema, place, body) : { ...readFields(schema, body), ...place };
}

function readEach(schema: z.ZodType<object>, place: object, body: unknown): Each<object> {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, 'items')) {
    return { one: { ...readFields(schema, body), ...place } };
  }
  const { items } = readFields(ENVELOPE, body);
  let decoded = 0;
  const many = items.map((item, index) => {
    const fields = readFields(schema, item, `items[${index}]`);
    decoded += bytesIn(fields);
    if (decoded > BATCH_LIMITS.decoded) throw tooMuch();
    return { ...fields, ...place };
  });
  return { many };
}

/** What an item brings, and what it asks for by `bytes`: a small text must not make a huge answer. */
function bytesIn(fields: object): number {
  const asked = 'bytes' in fields && typeof fields.bytes === 'number' ? fields.bytes : 0;
  return Object.values(fields).reduce(
    (sum: number, field) => sum + (field instanceof Uint8Array ? field.length : 0),
    asked,
  );
}

function tooMuch(): KmsError {
  return new KmsError('payload-too-large', 'items: more than 16 MiB of data together; send several batches');
}
