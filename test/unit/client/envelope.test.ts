import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { KeysteadClient } from '../../../src/client/client.js';
import { failureOf } from './failure.js';
import { KeyService, TestServer } from './key-service.js';

const CHUNK = 16_384;
const SEALED = CHUNK + 16;
const SIZES = [0, 1, 15, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 100_003];
const context = { tenant: 'a', purpose: 'tëst' };

const service = new KeyService();
let server: TestServer;
let client: KeysteadClient;
beforeAll(async () => {
  server = await TestServer.start(service.handle);
  client = server.client();
});
afterAll(() => server.stop());

describe('buffers', () => {
  it.each(SIZES)('of %d bytes come back', async (size) => {
    const plaintext = randomBytes(size);
    const encrypted = await client.encryptBuffer('orders', plaintext, { context });
    expect(same(await client.decryptBuffer(encrypted, { context }), plaintext)).toBe(true);
  });

  it('are refused with another context, even one pair more or less', async () => {
    const encrypted = await client.encryptBuffer('orders', randomBytes(100), { context });
    for (const other of [{}, { tenant: 'a' }, { ...context, more: '' }, { tenant: 'tëst', purpose: 'a' }]) {
      expect((await failureOf(client.decryptBuffer(encrypted, { context: other }))).code).toBe('invalid-ciphertext');
    }
  });

  it('are refused after any change of one byte', async () => {
    const encrypted = await client.encryptBuffer('orders', Buffer.from('attack at dawn'), { context });
    for (let at = 0; at < encrypted.length; at++) {
      const changed = Buffer.from(encrypted);
      changed[at] = changed[at]! ^ 1;
      expect((await failureOf(client.decryptBuffer(changed, { context }))).code).toBe('invalid-ciphertext');
    }
  });

  it('are refused at every shorter length', async () => {
    const encrypted = await client.encryptBuffer('orders', Buffer.from('attack at dawn'), { context });
    for (let length = 0; length < encrypted.length; length++) {
      const cut = client.decryptBuffer(encrypted.subarray(0, length), { context });
      expect((await failureOf(cut)).code).toBe('invalid-ciphertext');
    }
  });
});

describe('chunks', () => {
  it('cut off at the end of one are noticed', async () => {
    const encrypted = await client.encryptBuffer('orders', randomBytes(3 * CHUNK), { context });
    const lastChunk = 16;
    for (const gone of [lastChunk, lastChunk + SEALED, lastChunk + 2 * SEALED, lastChunk + 3 * SEALED]) {
      const cut = encrypted.subarray(0, encrypted.length - gone);
      expect((await failureOf(client.decryptBuffer(cut, { context }))).code).toBe('invalid-ciphertext');
      expect((await failureOf(client.openFile(cut, { context }))).code).toBe('invalid-ciphertext');
    }
  });

  it('in another order, or taken from another file under the same key, are refused', async () => {
    const one = await client.encryptBuffer('orders', randomBytes(3 * CHUNK));
    const at = one.length - 16 - 3 * SEALED;
    const chunk = (from: Buffer, i: number) => from.subarray(at + i * SEALED, at + (i + 1) * SEALED);
    const swapped = Buffer.concat([one.subarray(0, at), chunk(one, 1), chunk(one, 0), one.subarray(at + 2 * SEALED)]);
    expect((await failureOf(client.decryptBuffer(swapped))).code).toBe('invalid-ciphertext');
    const cached = client.with({ dataKeyCache: { maxAgeMs: 60_000 } });
    const [a, b] = [
      await cached.encryptBuffer('orders', randomBytes(2 * CHUNK)),
      await cached.encryptBuffer('orders', randomBytes(2 * CHUNK)),
    ];
    const mixed = Buffer.concat([a.subarray(0, at), chunk(a, 0), chunk(b, 1), a.subarray(at + 2 * SEALED)]);
    expect((await failureOf(client.decryptBuffer(mixed))).code).toBe('invalid-ciphertext');
    cached.forgetDataKeys();
  });
});

describe('streams', () => {
  it.each([1, 7, 1_000, SEALED, 65_536, 1_000_000])('in pieces of %d bytes come back', async (pieceSize) => {
    const plaintext = randomBytes(pieceSize === 1 ? 20_000 : 200_000);
    const encrypted = await collect(client.encryptStream('orders', pieces(plaintext, pieceSize), { context }));
    expect(same(await collect(client.decryptStream(pieces(encrypted, pieceSize), { context })), plaintext)).toBe(true);
  });

  it('go through a pipeline of Node', async () => {
    const plaintext = randomBytes(300_000);
    const written: Buffer[] = [];
    await pipeline(
      Readable.from(pieces(plaintext, 10_000)),
      (source: AsyncIterable<Buffer>) => client.encryptStream('orders', source),
      (source: AsyncIterable<Buffer>) => client.decryptStream(source),
      new Writable({
        write(piece: Buffer, _, done) {
          written.push(piece);
          done();
        },
      }),
    );
    expect(same(Buffer.concat(written), plaintext)).toBe(true);
  });

  it('hand out nothing of a chunk that was changed, and everything before it', async () => {
    const plaintext = randomBytes(5 * CHUNK);
    const encrypted = await client.encryptBuffer('orders', plaintext);
    const inChunk3 = encrypted.length - 16 - 2 * SEALED + 5;
    encrypted[inChunk3] = encrypted[inChunk3]! ^ 0x80;
    const got: Buffer[] = [];
    const reading = (async () => {
      for await (const piece of client.decryptStream(pieces(encrypted, SEALED))) got.push(piece);
    })();
    expect((await failureOf(reading)).code).toBe('invalid-ciphertext');
    expect(same(Buffer.concat(got), plaintext.subarray(0, 3 * CHUNK))).toBe(true);
  });

  it('hold a bounded number of bytes, whatever the size of the source', async () => {
    let produced = 0;
    let largestLead = 0;
    let consumed = 0;
    const source = (function* () {
      for (let i = 0; i < 512; i++) {
        produced += 65_536;
        yield Buffer.alloc(65_536, i);
      }
    })();
    for await (const piece of client.decryptStream(client.encryptStream('orders', source))) {
      consumed += piece.length;
      largestLead = Math.max(largestLead, produced - consumed);
    }
    expect(consumed).toBe(512 * 65_536);
    expect(largestLead).toBeLessThan(2 ** 20);
  });

  it('end with the error of their source', async () => {
    const source = (async function* () {
      yield Buffer.alloc(100_000);
      await Promise.reject(new Error('disk on fire'));
    })();
    await expect(collect(client.encryptStream('orders', source))).rejects.toThrow('disk on fire');
  });
});

describe('ranges', () => {
  const plaintext = randomBytes(5 * CHUNK + 77);

  it('equal the same part of the plaintext', async () => {
    const file = await client.openFile(await client.encryptBuffer('orders', plaintext, { context }), { context });
    expect(file.length).toBe(plaintext.length);
    const ends = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 4 * CHUNK + 9, 5 * CHUNK, 5 * CHUNK + 77, 10 * CHUNK];
    for (const start of ends) {
      for (const end of ends.filter((end) => end >= start)) {
        expect(same(await file.read(start, end), plaintext.subarray(start, end))).toBe(true);
      }
    }
    for (const [start, end] of [
      [-1, 5],
      [5, 4],
      [0.5, 2],
      [0, Infinity],
    ] as const) {
      expect((await failureOf(file.read(start, end))).code).toBe('invalid-request');
    }
  });

  it.each([0, CHUNK, 2 * CHUNK])('of an empty file and of whole chunks (%d bytes) work', async (size) => {
    const encrypted = await client.encryptBuffer('orders', plaintext.subarray(0, size));
    expect(same(await client.decryptRange(encrypted, 0, size + 10), plaintext.subarray(0, size))).toBe(true);
  });

  it('read from a file only the chunks that they need', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'keystead-test-'));
    const path = join(dir, 'data.ks');
    await writeFile(path, await client.encryptBuffer('orders', plaintext));
    const handle = await open(path);
    try {
      expect(same(await client.decryptRange(handle, 20_000, 40_000), plaintext.subarray(20_000, 40_000))).toBe(true);
      const reads: number[] = [];
      const { size } = await handle.stat();
      const bytes = await readFile(path);
      const source = {
        size,
        read: async (position: number, length: number) => {
          reads.push(length);
          return bytes.subarray(position, position + length);
        },
      };
      const file = await client.openFile(source);
      reads.length = 0;
      await file.read(20_000, 40_000);
      expect(reads).toEqual([2 * SEALED]);
    } finally {
      await handle.close();
      await rm(dir, { recursive: true });
    }
  });

  it('refuse a changed chunk, and only that', async () => {
    const encrypted = await client.encryptBuffer('orders', plaintext);
    const at = encrypted.length - (77 + 16) - 4 * SEALED;
    encrypted[at] = encrypted[at]! ^ 1;
    const file = await client.openFile(encrypted);
    expect(same(await file.read(0, CHUNK), plaintext.subarray(0, CHUNK))).toBe(true);
    expect((await failureOf(file.read(CHUNK, CHUNK + 1))).code).toBe('invalid-ciphertext');
  });

  it('refuse a file with something behind its end', async () => {
    const encrypted = await client.encryptBuffer('orders', plaintext);
    const longer = Buffer.concat([encrypted, Buffer.alloc(40)]);
    expect((await failureOf(client.openFile(longer))).code).toBe('invalid-ciphertext');
    expect((await failureOf(client.decryptBuffer(longer))).code).toBe('invalid-ciphertext');
  });
});

describe('rewrapping', () => {
  it('puts the data key under another key and leaves the body alone', async () => {
    const plaintext = randomBytes(2 * CHUNK);
    const old = await client.encryptBuffer('orders', plaintext, { context });
    const { oldBytes, header, keyId } = await client.rewrapFileHeader(old, 'archive', { context });
    expect(keyId).toBe('archive');
    const renewed = Buffer.concat([header, old.subarray(oldBytes)]);
    expect(header.includes('archive')).toBe(true);
    expect(same(await client.decryptBuffer(renewed, { context }), plaintext)).toBe(true);
    expect((await failureOf(client.rewrapFileHeader(old, 'archive'))).code).toBe('invalid-ciphertext');
    expect((await failureOf(client.rewrapFileHeader(old.subarray(0, 20), 'archive'))).code).toBe('invalid-ciphertext');
  });
});

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(from: AsyncIterable<Buffer>): Promise<Buffer> {
  const got: Buffer[] = [];
  for await (const piece of from) got.push(piece);
  return Buffer.concat(got);
}

/** Far faster than comparing them as objects. */
function same(one: Buffer, other: Buffer): boolean {
  return one.equals(other);
}
