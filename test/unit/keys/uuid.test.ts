import { describe, expect, it } from '@jest/globals';
import { isUuid, uuidOf, uuidv7 } from '../../../src/keys/uuid.js';

describe('UUID version 7', () => {
  it('has the version, the variant and the time (RFC 9562 section 5.7)', () => {
    const before = Date.now();
    const id = uuidv7();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBeGreaterThanOrEqual(before);
  });

  it('sorts in the order of making, also far more than one millisecond can number', () => {
    const ids = Array.from({ length: 20_000 }, uuidv7);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
  });
});

describe('the text of a UUID', () => {
  it('is lower case with hyphens, and nothing else passes', () => {
    const text = uuidOf(Buffer.from('00112233445566778899aabbccddeeff', 'hex'));
    expect(text).toBe('00112233-4455-6677-8899-aabbccddeeff');
    expect(isUuid(text)).toBe(true);
    for (const other of [text.toUpperCase(), `${text} `, `${text}\n`, text.slice(1), text.replaceAll('-', ''), '']) {
      expect(isUuid(other)).toBe(false);
    }
  });
});
