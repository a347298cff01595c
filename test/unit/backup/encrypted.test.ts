import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { decrypted, encryptorFor, type Opener, type Readers } from '../../../src/backup/encrypted.js';

const identity = await generateX25519Identity();
const recipient = await identityToRecipient(identity);
const identities = [identity];
const passphrase = 'six words that nobody has written down';
/** Random, so that it is three pieces of 64 KiB after the compression, and a rest. */
const text = randomBytes(150 * 1024).toString('hex');
/** A piece of age, with its tag. */
const PIECE = 64 * 1024 + 16;

async function encrypt(readers: Readers): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of await encryptorFor(readers)(Readable.from([text]))) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function decrypt(archive: Buffer, opener: Opener): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of decrypted(Readable.from([archive]), opener)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

it('is opened by a recipient', async () => {
  const archive = await encrypt({ recipients: [recipient] });
  expect(archive.length).toBeLessThan(text.length);
  expect((await decrypt(archive, { identities })) === text).toBe(true);
});

it('is opened by its passphrase, and by no other; none asks for more work than it should', async () => {
  const locked = await encrypt({ passphrase });
  expect((await decrypt(locked, { passphrase })) === text).toBe(true);
  await expect(decrypt(locked, { passphrase: 'wrong' })).rejects.toMatchObject({ code: 'invalid-backup' });
  // The cost of a guess: 2^18 rounds of scrypt, with 256 MiB.
  expect(locked.toString('latin1')).toMatch(/^-> scrypt \S+ 18$/m);
  const dear = Buffer.from(locked.toString('latin1').replace(/^(-> scrypt \S+) 18$/m, '$1 30'), 'latin1');
  await expect(decrypt(dear, { passphrase })).rejects.toMatchObject({ code: 'invalid-backup' });
});

describe('is refused', () => {
  let archive: Buffer;
  /** Where the pieces begin: behind the lines, and 16 bytes. */
  let body: number;
  beforeAll(async () => {
    archive = await encrypt({ recipients: [recipient] });
    body = archive.indexOf('\n', archive.indexOf('\n---') + 1) + 1 + 16;
  });
  const head = () => archive.subarray(0, body);
  const piece = (at: number) => archive.subarray(body + at * PIECE, body + (at + 1) * PIECE);
  const rest = (at: number) => archive.subarray(body + at * PIECE);

  it.each<[string, () => readonly Buffer[]]>([
    ['with two pieces swapped', () => [head(), piece(1), piece(0), rest(2)]],
    ['with a piece twice', () => [head(), piece(0), piece(0), rest(1)]],
    ['with a piece left out', () => [head(), piece(0), rest(2)]],
    ['cut off behind a piece', () => [head(), piece(0), piece(1)]],
    ['cut off behind its head', () => [head()]],
    ['with something behind its end', () => [archive, Buffer.of(0)]],
    ['with its end twice', () => [archive, rest(2)]],
  ])('%s', async (_, pieces) => {
    await expect(decrypt(Buffer.concat(pieces()), { identities })).rejects.toMatchObject({ code: 'invalid-backup' });
  });

  it('with the pieces of another behind its head', async () => {
    const other = await encrypt({ recipients: [recipient] });
    const mixed = Buffer.concat([head(), other.subarray(body)]);
    await expect(decrypt(mixed, { identities })).rejects.toMatchObject({ code: 'invalid-backup' });
  });

  it('for whoever has another identity, or a passphrase where there is none', async () => {
    const others: Opener[] = [{ identities: [await generateX25519Identity()] }, { passphrase }];
    for (const opener of others) {
      await expect(decrypt(archive, opener)).rejects.toMatchObject({ code: 'invalid-backup' });
    }
  });
});

it('wants a passphrase that is worth it, and public keys of age', () => {
  expect(() => encryptorFor({ passphrase: 'fifteen letters' })).toThrow('16 characters');
  expect(() => encryptorFor({ recipients: ['age1nobody'] })).toThrow('not a public key of age');
});
