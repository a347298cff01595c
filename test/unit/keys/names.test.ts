import { describe, expect, it } from '@jest/globals';
import { MAX_DESCRIPTION_BYTES, mustBeDescription } from '../../../src/keys/description.js';
import { mustBeName, mustBeTags, TAG_LIMITS } from '../../../src/keys/names.js';
import { uuidv7 } from '../../../src/keys/uuid.js';

const invalid = expect.objectContaining({ code: 'invalid-request' });
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`t${at}`, 'v']));

describe('names', () => {
  it.each(['a', 'orders', 'Orders-2026_v1.2', '0', `a${'b'.repeat(127)}`])('%s is one', (name) => {
    expect(() => mustBeName(name, 'name')).not.toThrow();
  });

  it.each(['', '-a', '.a', '_a', 'a b', 'a/b', 'ä', 'a\n', `a${'b'.repeat(128)}`])('%j is none', (name) => {
    expect(() => mustBeName(name, 'name')).toThrow(invalid);
  });

  it('do not look like an id, whole or in part', () => {
    expect(() => mustBeName(uuidv7(), 'name')).toThrow(/must not look like an id/);
    expect(() => mustBeName('0198C5A2-7e1b-x', 'name')).toThrow(/must not look like an id/);
    expect(() => mustBeName('0198c5a2-orders', 'name')).not.toThrow();
  });

  it('are named in the refusal as what they are', () => {
    expect(() => mustBeName('', 'alias')).toThrow(/alias: /);
  });
});

describe('tags', () => {
  it('are taken up to their limits', () => {
    expect(() => mustBeTags(many(TAG_LIMITS.count))).not.toThrow();
    expect(() => mustBeTags({ ['é'.repeat(64)]: 'v'.repeat(TAG_LIMITS.valueBytes), empty: '' })).not.toThrow();
  });

  it('are refused over them, and when a text could not be stored', () => {
    expect(() => mustBeTags(many(TAG_LIMITS.count + 1))).toThrow(invalid);
    expect(() => mustBeTags({ [`${'é'.repeat(64)}x`]: '' })).toThrow(invalid);
    expect(() => mustBeTags({ a: 'v'.repeat(TAG_LIMITS.valueBytes + 1) })).toThrow(invalid);
    expect(() => mustBeTags({ '': 'v' })).toThrow(invalid);
    expect(() => mustBeTags({ a: 'b\0' })).toThrow(invalid);
    expect(() => mustBeTags({ a: '\ud800' })).toThrow(invalid);
  });
});

describe('descriptions', () => {
  it('are up to a kibibyte of text', () => {
    expect(() => mustBeDescription('é'.repeat(MAX_DESCRIPTION_BYTES / 2))).not.toThrow();
    for (const text of [`${'é'.repeat(MAX_DESCRIPTION_BYTES / 2)}x`, 'a\0', '\ud800']) {
      expect(() => mustBeDescription(text)).toThrow(invalid);
    }
  });
});
