import { describe, expect, it } from '@jest/globals';
import { storable } from '../../../src/audit/storable.js';

describe('facts for the record', () => {
  it('hold no NUL and no half of a surrogate pair, in names and values at every depth', () => {
    const facts = { 'a\0': ['\ud800x', { b: 'c\0d\udc00' }], n: 1, no: null, ok: 'ü𝄞' };
    expect(storable(facts)).toEqual({ 'a\ufffd': ['\ufffdx', { b: 'c\ufffdd\ufffd' }], n: 1, no: null, ok: 'ü𝄞' });
  });

  it('hold no token that somebody put into a path or a name', () => {
    const [token, importToken] = [
      `kst_${'a1'.repeat(8)}_${'Zz'.repeat(20)}`,
      `kit_${'0f'.repeat(12)}_${'9a'.repeat(32)}`,
    ];
    expect(storable({ [token]: `key/${token}`, reason: `${importToken.slice(0, 64)}: is no field` })).toEqual({
      '[token]': 'key/[token]',
      reason: '[token]: is no field',
    });
    expect(storable('key/last_one')).toBe('key/last_one');
  });

  it('keep moments and names of the language as they are', () => {
    const at = new Date(0);
    const named = JSON.parse('{"__proto__": "x"}') as object;
    expect(storable({ at })).toEqual({ at });
    expect(Object.entries(storable(named))).toEqual([['__proto__', 'x']]);
  });
});
