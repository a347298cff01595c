import { describe, expect, it } from '@jest/globals';
import { storable } from '../../../src/audit/storable.js';

describe('facts for the record', () => {
  it('hold no NUL and no half of a surrogate pair, in names and values at every depth', () => {
    const facts = { 'a\0': ['\ud800x', { b: 'c\0d\udc00' }], n: 1, no: null, ok: 'ü𝄞' };
    expect(storable(facts)).toEqual({ 'a\ufffd': ['\ufffdx', { b: 'c\ufffdd\ufffd' }], n: 1, no: null, ok: 'ü𝄞' });
  });

  it('keep moments and names of the language as they are', () => {
    const at = new Date(0);
    const named = JSON.parse('{"__proto__": "x"}') as object;
    expect(storable({ at })).toEqual({ at });
    expect(Object.entries(storable(named))).toEqual([['__proto__', 'x']]);
  });
});
