import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from '../support/fast-check.js';
import type { KeySpec } from '../../src/crypto/key-spec.js';
import { Secret } from '../../src/crypto/secret.js';
import { isKmsError } from '../../src/errors.js';
import { parseCiphertext, type Purpose } from '../../src/keys/ciphertext.js';
import { canonicalContext, type EncryptionContext } from '../../src/keys/encryption-context.js';
import { MessageKey } from '../../src/keys/message-key.js';

const SPECS = [
  ['aes-256-xaes', 32],
  ['aes-256-gcm', 32],
  ['aes-128-gcm', 16],
  ['chacha20-poly1305', 32],
] as const satisfies readonly (readonly [KeySpec, number])[];
const lineageId = '0199b6f0-7c00-7abc-8def-001122334455';
const context = { tenant: 'acme' };
const bound = canonicalContext(context);

function newKey(spec: KeySpec, bytes: number): MessageKey {
  return new MessageKey(spec, new Secret(randomBytes(bytes)), lineageId, 3, randomBytes(8));
}

/** @returns what came of it: the plaintext, or the code of the refusal. Anything else is thrown on. */
function openedOrCode(key: MessageKey, bytes: Buffer, context = bound): Buffer | string {
  try {
    return key.open(parseCiphertext(bytes), context);
  } catch (error) {
    if (isKmsError(error)) return error.code;
    throw error;
  }
}

/** Plain, because jest's `expect` costs more than what it would look at here. */
function mustBeRefused(outcome: Buffer | string): void {
  if (outcome !== 'invalid-ciphertext') throw new Error(`it was not refused: ${outcome.toString('hex')}`);
}

type Change = (ciphertext: Buffer) => Buffer;

const at = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const place = (part: number, bytes: Buffer) => Math.floor(part * bytes.length);

/** Flipped bits, cut ends, bytes put in and taken out, and header fields set to other values that they may have. */
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(at, fc.integer({ min: 1, max: 255 })).map(([part, bits]): Change => (bytes) => {
    const changed = Buffer.from(bytes);
    const i = place(part, bytes);
    changed[i] = changed[i]! ^ bits;
    return changed;
  }),
  fc.tuple(fc.nat(5), fc.nat(6)).map(([field, value]): Change => (bytes) => {
    const changed = Buffer.from(bytes);
    changed[field] = value;
    return changed;
  }),
  at.map(
    (part): Change =>
      (bytes) =>
        bytes.subarray(0, place(part, bytes)),
  ),
  at.map(
    (part): Change =>
      (bytes) =>
        bytes.subarray(place(part, bytes) + 1),
  ),
  fc.tuple(at, fc.uint8Array({ minLength: 1, maxLength: 40 })).map(([part, more]): Change => (bytes) => {
    const i = place(part, bytes);
    return Buffer.concat([bytes.subarray(0, i), more, bytes.subarray(i)]);
  }),
  fc.tuple(at, at).map(([from, to]): Change => (bytes) => {
    const [a = 0, b = 0] = [place(from, bytes), place(to, bytes)].toSorted((x, y) => x - y);
    return Buffer.concat([bytes.subarray(0, a), bytes.subarray(b + 1)]);
  }),
  fc.tuple(at, at, fc.integer({ min: 1, max: 64 })).map(([from, to, length]): Change => (bytes) => {
    const changed = Buffer.from(bytes);
    bytes.copy(changed, place(to, bytes), place(from, bytes), place(from, bytes) + length);
    return changed;
  }),
);

describe.each(SPECS)('a changed ciphertext of %s', (spec, keyBytes) => {
  const key = newKey(spec, keyBytes);
  const purposes: Purpose[] = ['message', 'data-key', 'data-key-pair'];
  const originals = purposes.flatMap((purpose) =>
    [0, 14, 300].map((length) => key.seal(purpose, randomBytes(length), bound)),
  );

  it('is refused as invalid-ciphertext, whatever was changed (20,000 times)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...originals),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (original, changes) => {
          const changed = changes.reduce((bytes, mutate) => (bytes.length > 0 ? mutate(bytes) : bytes), original);
          fc.pre(!changed.equals(original));
          mustBeRefused(openedOrCode(key, changed));
        },
      ),
      { numRuns: 20_000 },
    );
  });

  it('made of two ciphertexts of the same key is refused (2,000 times)', () => {
    const pair = fc.tuple(fc.constantFrom(...originals), fc.constantFrom(...originals), at);
    fc.assert(
      fc.property(pair, ([first, second, part]) => {
        const cut = place(part, first);
        const spliced = Buffer.concat([first.subarray(0, cut), second.subarray(cut)]);
        fc.pre(!originals.some((original) => original.equals(spliced)));
        mustBeRefused(openedOrCode(key, spliced));
      }),
      { numRuns: 2_000 },
    );
  });

  it('for another key is refused, unchanged or not (500 times)', () => {
    const other = newKey(spec, keyBytes);
    fc.assert(
      fc.property(fc.constantFrom(...originals), fc.option(change), (original, mutate) => {
        mustBeRefused(openedOrCode(other, mutate ? mutate(original) : original));
      }),
      { numRuns: 500 },
    );
  });
});

it('whatever bytes come, with or without a header in front, the answer is invalid-ciphertext (15,000 times)', () => {
  const keys = SPECS.map(([spec, bytes]) => newKey(spec, bytes));
  const header = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 4 }));
  const front = header.map(([suite, purpose]) => Buffer.from([0x4b, 0x53, 0x54, 1, suite, purpose]));
  const bytes = fc.tuple(fc.option(front), fc.uint8Array({ maxLength: 160 }), fc.constantFrom(...keys));
  fc.assert(
    fc.property(bytes, ([start, rest, key]) => {
      const given = start ? Buffer.concat([start, rest]) : Buffer.from(rest);
      mustBeRefused(openedOrCode(key, given));
    }),
    { numRuns: 15_000 },
  );
});

const text = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'grapheme', maxLength: 6 }));
const contexts: fc.Arbitrary<EncryptionContext> = fc.dictionary(
  text.filter((name) => name.length > 0),
  text,
  { maxKeys: 6 },
);

it('a plaintext opens under its own context and under no other (5,000 times)', () => {
  const keys = SPECS.map(([spec, bytes]) => newKey(spec, bytes));
  const sealed = fc.tuple(fc.constantFrom(...keys), fc.uint8Array({ maxLength: 200 }), contexts, contexts);
  fc.assert(
    fc.property(sealed, ([key, bytes, own, other]) => {
      const ciphertext = key.seal('message', Buffer.from(bytes), canonicalContext(own));
      const shuffled = Object.fromEntries(Object.entries(own).toReversed());
      expect(openedOrCode(key, ciphertext, canonicalContext(shuffled))).toEqual(Buffer.from(bytes));
      fc.pre(!isSameMap(own, other));
      mustBeRefused(openedOrCode(key, ciphertext, canonicalContext(other)));
    }),
    { numRuns: 5_000 },
  );
});

function isSameMap(a: EncryptionContext, b: EncryptionContext): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && a[name] === b[name]);
}
