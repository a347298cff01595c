import { describe, expect, it } from '@jest/globals';
import { createDecipheriv, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { EncryptedFile } from '../../../src/client/encrypted-file.js';
import { decryptFile } from '../../../src/client/file-encryption.js';
import { decodeFileHeader, encodeFileHeader, looksLikeFile } from '../../../src/client/file-header.js';
import type { DataKeySource } from '../../../src/client/client.js';
import { failureOf } from './failure.js';

interface Vectors {
  readonly dataKey: string;
  readonly wrappedKey: string;
  readonly files: readonly {
    readonly file: string;
    readonly bytes: number;
    readonly context: Record<string, string>;
  }[];
}

const folder = new URL('../../vectors/file-v1/', import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(new URL('vectors.json', folder), 'utf8'));
const dataKey = Buffer.from(vectors.dataKey, 'hex');
const wrappedKey = Buffer.from(vectors.wrappedKey, 'hex');

const dataKeys: DataKeySource = {
  forEncryption: () => Promise.reject(new Error('nothing is encrypted here')),
  forDecryption: async (ciphertext) => {
    if (!ciphertext.equals(wrappedKey)) throw new Error('not the wrapped key of the vectors');
    return { plaintext: Buffer.from(dataKey) };
  },
};

describe.each(vectors.files)('the frozen file $file', ({ file, bytes, context }) => {
  const encrypted = readFileSync(new URL(file, folder));
  const plaintext = bytesOf(bytes);

  it('opens as a stream', async () => {
    const pieces: Buffer[] = [];
    for await (const piece of decryptFile(dataKeys, [encrypted], context)) pieces.push(piece);
    expect(Buffer.concat(pieces)).toEqual(plaintext);
  });

  it('opens for random access', async () => {
    const opened = await EncryptedFile.open(dataKeys, encrypted, context);
    expect(await opened.read(0, opened.length)).toEqual(plaintext);
  });

  it('opens by a reader written from the document alone', () => {
    expect(readByTheDocument(encrypted, context)).toEqual(plaintext);
  });

  it('has the length that the document says', () => {
    expect(encrypted.length).toBe(84 + wrappedKey.length + bytes + 16 * Math.floor(bytes / 16_384));
  });
});

describe('the header', () => {
  it('holds the wrapped key and nothing else', () => {
    const header = encodeFileHeader(Buffer.of(1, 2, 3));
    expect(header.toString('hex')).toBe('4b53460d0a1a0a0101000003010203');
    expect(decodeFileHeader(Buffer.concat([header, Buffer.of(9)]))).toEqual({
      wrappedKey: Buffer.of(1, 2, 3),
      bytes: 15,
    });
  });

  it('is not complete before its last byte', () => {
    const header = encodeFileHeader(Buffer.alloc(300, 1));
    for (let length = 0; length < header.length; length++)
      expect(decodeFileHeader(header.subarray(0, length))).toBeUndefined();
  });

  it('is refused for another format, suite or flag, and without a key', async () => {
    const header = encodeFileHeader(Buffer.of(1));
    for (const at of [0, 3, 7, 8, 9]) {
      const other = Buffer.from(header);
      other[at] = 0x7f;
      expect((await failureOf(Promise.resolve().then(() => decodeFileHeader(other)))).code).toBe('invalid-ciphertext');
    }
    expect(() => decodeFileHeader(Buffer.concat([header.subarray(0, 10), Buffer.alloc(2)]))).toThrow(
      /^invalid-ciphertext/,
    );
    expect(() => encodeFileHeader(Buffer.alloc(0))).toThrow(/^unexpected-answer/);
    expect(() => encodeFileHeader(Buffer.alloc(65_536))).toThrow(/^unexpected-answer/);
  });

  it('is told from other files by its first bytes', () => {
    expect(looksLikeFile(encodeFileHeader(Buffer.of(1)))).toBe(true);
    expect(looksLikeFile(Buffer.from('KST\u0001'))).toBe(false);
    expect(looksLikeFile(Buffer.from('hello'))).toBe(false);
  });
});

function bytesOf(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => (i * 7 + Math.floor(i / 256)) % 256));
}

const u32 = (n: number) => Buffer.from(n.toString(16).padStart(8, '0'), 'hex');

/** Shares no line with the client: docs/formats/file.md and RFC 5869 section 2.3. */
function readByTheDocument(file: Buffer, context: Record<string, string>): Buffer {
  const text = (value: string) => Buffer.concat([u32(Buffer.byteLength(value)), Buffer.from(value)]);
  const names = Object.keys(context).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const canonical = Buffer.concat([u32(names.length), ...names.flatMap((name) => [text(name), text(context[name]!)])]);
  const bodyAt = 12 + file.readUInt16BE(10);
  const salt = file.subarray(bodyAt, bodyAt + 24);
  const label = Buffer.from('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0');
  const info = Buffer.concat([label, salt, file.subarray(0, 10), canonical]);
  const block1 = createHmac('sha512', dataKey).update(info).update(Buffer.of(1)).digest();
  const block2 = createHmac('sha512', dataKey).update(block1).update(info).update(Buffer.of(2)).digest();
  const keys = Buffer.concat([block1, block2]);
  expect(file.subarray(bodyAt + 24, bodyAt + 56)).toEqual(keys.subarray(44, 76));
  const plaintext: Buffer[] = [];
  for (let at = bodyAt + 56, n = 0n; ; at += 16_400, n++) {
    const sealed = file.subarray(at, at + 16_400);
    const nonce = BigInt(`0x${keys.subarray(32, 44).toString('hex')}`) ^ n;
    const iv = Buffer.from(nonce.toString(16).padStart(24, '0'), 'hex');
    const decipher = createDecipheriv('aes-256-gcm', keys.subarray(0, 32), iv, { authTagLength: 16 }).setAuthTag(
      sealed.subarray(-16),
    );
    plaintext.push(decipher.update(sealed.subarray(0, -16)), decipher.final());
    if (sealed.length < 16_400) return Buffer.concat(plaintext);
  }
}
