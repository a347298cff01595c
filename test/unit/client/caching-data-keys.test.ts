import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { CachingDataKeys, type DataKeyLimits, type DataKeySource } from '../../../src/client/client.js';
import { failureOf } from './failure.js';

/** Makes real random keys and remembers what it gave. */
class CountingSource implements DataKeySource {
  readonly given: Buffer[] = [];
  opened = 0;

  async forEncryption(): ReturnType<DataKeySource['forEncryption']> {
    const plaintext = randomBytes(32);
    this.given.push(plaintext);
    return { plaintext, ciphertext: Buffer.from(`wrapped ${this.given.length}`), count: () => undefined };
  }

  async forDecryption(ciphertext: Buffer): ReturnType<DataKeySource['forDecryption']> {
    if (!ciphertext.toString().startsWith('wrapped')) throw new Error('not mine');
    this.opened += 1;
    return { plaintext: Buffer.alloc(32, 7) };
  }
}

let source: CountingSource;
let now = 0;
const caches: CachingDataKeys[] = [];
beforeEach(() => {
  source = new CountingSource();
  now = 0;
});
afterEach(() => {
  for (const cache of caches.splice(0)) cache.clear();
});

function cacheOf(limits: Partial<DataKeyLimits> = {}): CachingDataKeys {
  const cache = new CachingDataKeys(source, { maxAgeMs: 1_000, ...limits }, () => now);
  caches.push(cache);
  return cache;
}

async function ciphertexts(
  cache: CachingDataKeys,
  uses: readonly (readonly [key: string, context: object, bytes: number])[],
): Promise<string[]> {
  const seen: string[] = [];
  for (const [key, context, bytes] of uses) {
    seen.push((await cache.forEncryption(key, { ...context }, bytes)).ciphertext.toString());
  }
  return seen;
}

const zeroes = Buffer.alloc(32);

describe('for encryption', () => {
  it('a data key serves one key and context, whatever the order of its pairs', async () => {
    const uses = [
      ['k', { a: '1', b: '2' }, 1],
      ['k', { b: '2', a: '1' }, 1],
      ['k', { a: '1' }, 1],
      ['l', { a: '1' }, 1],
    ] as const;
    expect(await ciphertexts(cacheOf(), uses)).toEqual(['wrapped 1', 'wrapped 1', 'wrapped 2', 'wrapped 3']);
  });

  it('ends after maxMessages', async () => {
    const uses = Array.from({ length: 5 }, () => ['k', {}, 1] as const);
    expect(await ciphertexts(cacheOf({ maxMessages: 2 }), uses)).toEqual([
      'wrapped 1',
      'wrapped 1',
      'wrapped 2',
      'wrapped 2',
      'wrapped 3',
    ]);
    expect(source.given[0]).toEqual(zeroes);
    expect(source.given[1]).toEqual(zeroes);
    expect(source.given[2]).not.toEqual(zeroes);
  });

  it('ends before a message would pass maxBytes; a longer one gets its own', async () => {
    const uses = [
      ['k', {}, 60],
      ['k', {}, 40],
      ['k', {}, 1],
      ['k', {}, 101],
      ['k', {}, 99],
    ] as const;
    expect(await ciphertexts(cacheOf({ maxBytes: 100 }), uses)).toEqual([
      'wrapped 1',
      'wrapped 1',
      'wrapped 2',
      'wrapped 3',
      'wrapped 2',
    ]);
  });

  it('counts the bytes of streams that announced none', async () => {
    const cache = cacheOf({ maxBytes: 100 });
    (await cache.forEncryption('k', {}, undefined)).count(100);
    expect((await cache.forEncryption('k', {}, undefined)).ciphertext.toString()).toBe('wrapped 2');
  });

  it('ends with its age, and is zeroed then', async () => {
    const cache = cacheOf();
    const lent = await cache.forEncryption('k', {}, 1);
    now = 999;
    await cache.forEncryption('k', {}, 1);
    expect(source.given).toHaveLength(1);
    now = 1_000;
    cache.sweep();
    expect(source.given[0]).toEqual(zeroes);
    expect(lent.plaintext).not.toEqual(zeroes);
    await cache.forEncryption('k', {}, 1);
    expect(source.given).toHaveLength(2);
  });

  it('the least recently used goes first, zeroed', async () => {
    const cache = cacheOf({ maxEntries: 2 });
    await ciphertexts(cache, [
      ['a', {}, 1],
      ['b', {}, 1],
      ['a', {}, 1],
      ['c', {}, 1],
    ]);
    expect(source.given.map((key) => key.equals(zeroes))).toEqual([false, true, false]);
  });

  it('many at once make one request, within the limits', async () => {
    const cache = cacheOf({ maxMessages: 10 });
    const lent = await Promise.all(Array.from({ length: 25 }, () => cache.forEncryption('k', {}, 1)));
    expect(source.given).toHaveLength(3);
    const counts = new Map<string, number>();
    for (const { ciphertext } of lent) counts.set(ciphertext.toString(), (counts.get(ciphertext.toString()) ?? 0) + 1);
    expect([...counts.values()].toSorted((a, b) => b - a)).toEqual([10, 10, 5]);
  });

  it('a key that is evicted while others are being fetched is never lent zeroed', async () => {
    const cache = cacheOf({ maxEntries: 1 });
    const lent = await Promise.all(['a', 'b', 'c', 'd'].map((key) => cache.forEncryption(key, {}, 1)));
    for (const { plaintext } of lent) expect(plaintext).not.toEqual(zeroes);
    expect(source.given.filter((key) => key.equals(zeroes))).toHaveLength(3);
  });

  it('clear zeroes all of them', async () => {
    const cache = cacheOf();
    await ciphertexts(cache, [
      ['a', {}, 1],
      ['b', {}, 1],
    ]);
    cache.clear();
    expect(source.given.every((key) => key.equals(zeroes))).toBe(true);
  });
});

describe('for decryption', () => {
  it('a wrapped key is opened once per context within its age; borrowers get copies', async () => {
    const cache = cacheOf();
    const first = await cache.forDecryption(Buffer.from('wrapped 1'), { a: '1' });
    first.plaintext.fill(0);
    expect(await cache.forDecryption(Buffer.from('wrapped 1'), { a: '1' })).toEqual({ plaintext: Buffer.alloc(32, 7) });
    expect(source.opened).toBe(1);
    await cache.forDecryption(Buffer.from('wrapped 1'), { a: '2' });
    expect(source.opened).toBe(2);
    now = 1_000;
    await cache.forDecryption(Buffer.from('wrapped 1'), { a: '1' });
    expect(source.opened).toBe(3);
  });

  it('a refusal is not kept', async () => {
    const cache = cacheOf();
    await expect(cache.forDecryption(Buffer.from('other'), {})).rejects.toThrow('not mine');
    expect(await cache.forDecryption(Buffer.from('wrapped 1'), {})).toEqual({ plaintext: Buffer.alloc(32, 7) });
  });
});

it.each(['maxAgeMs', 'maxMessages', 'maxBytes', 'maxEntries'])('%s must be more than 0', async (name) => {
  expect((await failureOf(Promise.resolve().then(() => cacheOf({ [name]: 0 })))).code).toBe('invalid-request');
});
