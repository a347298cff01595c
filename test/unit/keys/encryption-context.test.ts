import { describe, expect, it } from '@jest/globals';
import { assert, dictionary, property, string } from '../../support/fast-check.js';
import { canonicalContext, CONTEXT_LIMITS } from '../../../src/keys/encryption-context.js';

const invalid = expect.objectContaining({ code: 'invalid-request' });
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, '']));
const sorted = (context: object) => JSON.stringify(Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1)));

describe('the canonical form of an encryption context', () => {
  it('is a count, then each key and value with its length, in the order of their bytes', () => {
    const bytes = canonicalContext({ b: 'two', a: '1' });
    expect(bytes.toString('hex')).toBe(
      ['00000002', '00000001', '61', '00000001', '31', '00000001', '62', '00000003', '74776f'].join(''),
    );
  });

  it('is four zero bytes for no context and for an empty one', () => {
    expect(canonicalContext(undefined)).toEqual(Buffer.alloc(4));
    expect(canonicalContext({})).toEqual(Buffer.alloc(4));
  });

  it('sorts by UTF-8 bytes, not by UTF-16 units', () => {
    // U+FF61 is EF BD A1 in UTF-8 and comes before U+1F600 (F0 9F 98 80), whose first unit D83D is the smaller one.
    const bytes = canonicalContext({ '\u{1F600}': '', '\uFF61': '' });
    expect(bytes.indexOf(Buffer.from('\uFF61'))).toBeLessThan(bytes.indexOf(Buffer.from('\u{1F600}')));
  });

  it('does not normalise: composed and decomposed letters differ', () => {
    expect(canonicalContext({ a: '\u00e9' })).not.toEqual(canonicalContext({ a: 'e\u0301' }));
  });

  it('does not depend on the order of insertion, and tells any two contexts apart', () => {
    const contexts = dictionary(string({ minLength: 1, maxLength: 8 }), string({ maxLength: 8 }), {
      maxKeys: 6,
    });
    assert(
      property(contexts, (context) => {
        const reversed = Object.fromEntries(Object.entries(context).toReversed());
        expect(canonicalContext(reversed)).toEqual(canonicalContext(context));
      }),
      { numRuns: 200 },
    );
    assert(
      property(contexts, contexts, (one, other) => {
        expect(canonicalContext(one).equals(canonicalContext(other))).toBe(sorted(one) === sorted(other));
      }),
      { numRuns: 500 },
    );
  });

  it('does not let the border between key and value move', () => {
    expect(canonicalContext({ ab: 'c' })).not.toEqual(canonicalContext({ a: 'bc' }));
  });

  it('refuses what is ill-formed or over a limit, and takes what is at it', () => {
    const { pairs, keyBytes, totalBytes } = CONTEXT_LIMITS;
    expect(() => canonicalContext({ '\ud800': '' })).toThrow(invalid);
    expect(() => canonicalContext({ a: '\udc00' })).toThrow(invalid);
    expect(() => canonicalContext({ '': 'x' })).toThrow(invalid);
    expect(() => canonicalContext(many(pairs + 1))).toThrow(invalid);
    expect(canonicalContext(many(pairs)).readUInt32BE(0)).toBe(pairs);
    expect(() => canonicalContext({ [`${'é'.repeat(keyBytes / 2)}x`]: '' })).toThrow(invalid);
    expect(canonicalContext({ ['é'.repeat(keyBytes / 2)]: '' })).toHaveLength(4 + 8 + keyBytes);
    const room = totalBytes - 4 - 8 - 1;
    expect(() => canonicalContext({ a: 'x'.repeat(room + 1) })).toThrow(invalid);
    expect(canonicalContext({ a: 'x'.repeat(room) })).toHaveLength(totalBytes);
  });
});
