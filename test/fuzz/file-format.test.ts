import { describe, expect, it } from '@jest/globals';
import * as fc from '../support/fast-check.js';
import { createHash } from 'node:crypto';
import type { DataKeySource } from '../../src/client/client.js';
import { EncryptedFile } from '../../src/client/encrypted-file.js';
import { decryptFile, encryptFile } from '../../src/client/file-encryption.js';
import { KeysteadError } from '../../src/client/client.js';

const CHUNK = 16_384;
const context = { tenant: 'a' };

/** Wraps a data key as its own digest: any other wrapped form is refused, as the service would. */
const dataKey = Buffer.alloc(32, 0x5a);
const wrapped = createHash('sha256').update(dataKey).digest();
const dataKeys: DataKeySource = {
  forEncryption: async () => ({ plaintext: Buffer.from(dataKey), ciphertext: wrapped, count: () => undefined }),
  forDecryption: async (ciphertext) => {
    if (!ciphertext.equals(wrapped)) throw new KeysteadError('invalid-ciphertext', 'It does not open.');
    return { plaintext: Buffer.from(dataKey) };
  },
};

type Change = (file: Buffer) => Buffer;

const at = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const place = (part: number, file: Buffer) => Math.floor(part * file.length);

/** Everything that an attacker or a bad disk does to a file. */
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(at, fc.integer({ min: 1, max: 255 })).map(([part, bits]): Change => (file) => {
    const changed = Buffer.from(file);
    const i = place(part, file);
    changed[i] = changed[i]! ^ bits;
    return changed;
  }),
  at.map(
    (part): Change =>
      (file) =>
        file.subarray(0, place(part, file)),
  ),
  at.map(
    (part): Change =>
      (file) =>
        file.subarray(place(part, file) + 1),
  ),
  fc.tuple(at, fc.uint8Array({ minLength: 1, maxLength: 64 })).map(([part, more]): Change => (file) => {
    const i = place(part, file);
    return Buffer.concat([file.subarray(0, i), more, file.subarray(i)]);
  }),
  fc.tuple(at, at).map(([from, to]): Change => (file) => {
    const [a, b] = [place(from, file), place(to, file)].toSorted((x, y) => x - y);
    return Buffer.concat([file.subarray(0, a), file.subarray(b! + 1)]);
  }),
);

async function encrypt(plaintext: Buffer): Promise<Buffer> {
  return collect(encryptFile(dataKeys, [plaintext], 'k', context, plaintext.length));
}

async function collect(pieces: AsyncIterable<Buffer>, into: Buffer[] = []): Promise<Buffer> {
  for await (const piece of pieces) into.push(piece);
  return Buffer.concat(into);
}

async function refusal(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'opened',
    (error: unknown) => (error instanceof KeysteadError ? error.code : String(error)),
  );
}

describe('a changed file', () => {
  it.each([
    [0, 40_000],
    [100, 40_000],
    [2 * CHUNK + 50, 20_000],
  ])('of %d bytes of plaintext is refused, and nothing false is handed out (%d times)', async (size, numRuns) => {
    const plaintext = Buffer.alloc(size, 'The quick brown fox. ');
    const file = await encrypt(plaintext);
    await fc.assert(
      fc.asyncProperty(change, async (mutate) => {
        const changed = mutate(file);
        fc.pre(!changed.equals(file));
        const handedOut: Buffer[] = [];
        const outcome = await refusal(collect(decryptFile(dataKeys, [changed], context), handedOut));
        if (outcome !== 'invalid-ciphertext') throw new Error(`as a stream: ${outcome}`);
        const got = Buffer.concat(handedOut);
        if (!got.equals(plaintext.subarray(0, got.length)))
          throw new Error('it handed out bytes that were never encrypted');
      }),
      { numRuns },
    );
  });

  it('is refused by random access, or the range that is read is whole', async () => {
    const plaintext = Buffer.alloc(2 * CHUNK + 50, 'The quick brown fox. ');
    const file = await encrypt(plaintext);
    await fc.assert(
      fc.asyncProperty(change, fc.nat(plaintext.length), fc.nat(plaintext.length), async (mutate, start, end) => {
        const changed = mutate(file);
        fc.pre(!changed.equals(file) && start <= end);
        const reading = EncryptedFile.open(dataKeys, changed, context).then((opened) => opened.read(start, end));
        const outcome = await refusal(reading);
        if (outcome === 'opened') expect((await reading).equals(plaintext.subarray(start, end))).toBe(true);
        else if (outcome !== 'invalid-ciphertext') throw new Error(`by random access: ${outcome}`);
      }),
      { numRuns: 5_000 },
    );
  });
});

it('whatever bytes come, in whatever pieces, it is an answer or invalid-ciphertext', async () => {
  const start = Buffer.concat([Buffer.from('KSF\r\n\x1a\n\x01\x01\x00', 'latin1')]);
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.constant(start),
    fc.constant(wrapped),
    fc.constant(Buffer.of(0, 32)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
      expect(await refusal(collect(decryptFile(dataKeys, pieces, context)))).toBe('invalid-ciphertext');
    }),
    { numRuns: 5_000 },
  );
});

it('what is encrypted in any pieces is decrypted in any pieces', async () => {
  const pieces = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(pieces, fc.integer({ min: 1, max: 50_000 }), async (sizes, cut) => {
      const given = sizes.map((size, i) => Buffer.alloc(size, i + 1));
      const file = await collect(encryptFile(dataKeys, given, 'k', context, undefined));
      const parts = Array.from({ length: Math.ceil(file.length / cut) }, (_, i) =>
        file.subarray(i * cut, (i + 1) * cut),
      );
      expect((await collect(decryptFile(dataKeys, parts, context))).equals(Buffer.concat(given))).toBe(true);
    }),
    { numRuns: 200 },
  );
});
