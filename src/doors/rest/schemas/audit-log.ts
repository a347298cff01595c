import { z } from 'zod';
import { numeral, time } from './words.js';

const index = numeral('Index of a record in the log', { min: 0, max: 9_999_999_999 });
const size = (description: string) => numeral(description, { min: 0, max: 9_999_999_999 });
const level = z
  .string()
  .regex(/^(entries|[0-9]{1,2})$/, { error: 'must be a number, or entries' })
  .meta({ description: 'Of the hashes; `entries` for the records themselves', examples: ['0'] });
const part = (description: string, example: string) =>
  z
    .string()
    .regex(/^x?[0-9]{1,3}(\.p)?$/, { error: 'must be part of the path of a tile' })
    .meta({ description, examples: [example] });

export const IN_RECORD = z.strictObject({ index });

const number = part('Number of the tile in groups of three digits, all but the last after an x', '000');
export const IN_TILE = z.strictObject({ level, a: number });
export const IN_TILE_2 = z.strictObject({ level, a: number, b: number });
export const IN_TILE_3 = z.strictObject({ level, a: number, b: number, c: number });
export const IN_TILE_4 = z.strictObject({ level, a: number, b: number, c: number, d: number });

export const checkpointQuery = z.strictObject({
  cosigned: z.exactOptional(
    z
      .enum(['true'])
      .meta({ description: 'The newest that the service’s witnesses co-signed, with their cosignatures' }),
  ),
});

export const proofQuery = z.strictObject({
  size: z.exactOptional(size('Records of the tree that the proof is in; default: the newest checkpoint’s')),
});

export const evidenceQuery = z.strictObject({
  since: z.exactOptional(time('Records from this moment on')),
  until: z.exactOptional(time('Records before this moment; default: now')),
});

export const evidenceAnswer = z
  .object({
    manifest: z.string().meta({
      description:
        'Canonical JSON: the key, its versions, policies and bindings in force, and the indexes of its records. Its SHA-256 is in the record of this call.',
    }),
  })
  .meta({ id: 'Evidence' });

export const consistencyQuery = z.strictObject({
  from: size('Records of the earlier tree'),
  to: size('Records of the later tree'),
});

export const consistencyAnswer = z
  .object({
    from: z.int(),
    to: z.int(),
    proof: z.array(z.base64()).meta({ description: 'PROOF(from, D[to]) of RFC 6962, section 2.1.2' }),
  })
  .meta({ id: 'ConsistencyProof' });

export const rowMarkAnswer = z
  .object({ table: z.string(), id: z.string(), revision: z.int(), tag: z.base64() })
  .meta({ id: 'RowMark' });
