import { expect, it } from '@jest/globals';
import * as fc from '../../support/fast-check.js';
import { encodeContext } from '../../../src/client/encryption-context.js';
import { canonicalContext } from '../../../src/keys/encryption-context.js';

it("is count, then length and bytes of each key and value, in the order of the keys' UTF-8 bytes", () => {
  expect(encodeContext({})).toEqual(Buffer.from('00000000', 'hex'));
  // U+10000 sorts behind U+FFFD in UTF-8, before it in UTF-16
  expect(encodeContext({ '\u{10000}': 'b', '\uFFFD': '' }).toString('hex')).toBe(
    '00000002_00000003efbfbd_00000000_00000004f0908080_0000000162'.replaceAll('_', ''),
  );
});

it("agrees with the service's for every context that the service takes", () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 });
  const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.dictionary(key, text, { maxKeys: 20 }), (context) => {
      expect(encodeContext(context)).toEqual(canonicalContext(context));
    }),
  );
});

it.each([{ '\uD800': 'x' }, { x: 'a\uDC00b' }])('refuses ill-formed text %#', (context) => {
  expect(() => encodeContext(context)).toThrow(/^invalid-request/);
  expect(() => canonicalContext(context)).toThrow(/^invalid-request/);
});

it('refuses what is not text', () => {
  const context: Record<string, string> = JSON.parse('{"a":1}');
  expect(() => encodeContext(context)).toThrow(/^invalid-request/);
});
