import { createHash } from 'node:crypto';
import { shake128 } from '@noble/hashes/sha3.js';
import { describe, expect, it } from '@jest/globals';
import { algorithmFor } from '../../src/crypto/algorithms.js';
import { Secret } from '../../src/crypto/secret.js';

// c2sp.org/XAES-256-GCM, "Test vectors".
const NONCE = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWX');
const PLAINTEXT = Buffer.from('XAES-256-GCM');

function aeadOf(key: Buffer) {
  return algorithmFor('aes-256-xaes').load(new Secret(key)).aead!;
}

describe('XAES-256-GCM', () => {
  it.each([
    // The top bit of L is 0 with the first key and 1 with the second, so both ways of doubling are taken.
    [0x01, '', 'ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271'],
    [0x03, 'c2sp.org/XAES-256-GCM', '986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d'],
  ])('gives the published ciphertext for the key of bytes %i', (byte, aad, expected) => {
    const aead = aeadOf(Buffer.alloc(32, byte));
    const sealed = aead.seal(NONCE, PLAINTEXT, Buffer.from(aad));
    expect(sealed.toString('hex')).toBe(expected);
    expect(aead.open(NONCE, sealed, Buffer.from(aad))).toEqual(PLAINTEXT);
  });

  it('gives the published hash over 10,000 random messages', () => {
    expect(accumulated(10_000)).toBe('e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939');
  });

  const long = process.env['KEYSTEAD_LONG_VECTORS'] === '1';
  if (!long)
    console.log('skipped: XAES-256-GCM over 1,000,000 messages takes minutes; KEYSTEAD_LONG_VECTORS=1 runs it');
  (long ? it : it.skip)(
    'gives the published hash over 1,000,000 random messages',
    () => {
      expect(accumulated(1_000_000)).toBe('2163ae1445985a30b60585ee67daa55674df06901b890593e824b8a7c885ab15');
    },
    1_800_000,
  );
});

/** One SHAKE-128 is where keys, nonces, plaintexts and AADs come from, another one is what every ciphertext goes into. */
function accumulated(iterations: number): string {
  const source = shake128.create({});
  const read = (length: number): Buffer => Buffer.from(source.xof(length));
  const ciphertexts = createHash('shake128', { outputLength: 32 });
  for (let i = 0; i < iterations; i++) {
    const [key, nonce] = [read(32), read(24)];
    const plaintext = read(read(1)[0]!);
    const aad = read(read(1)[0]!);
    const aead = aeadOf(key);
    const sealed = aead.seal(nonce, plaintext, aad);
    if (!aead.open(nonce, sealed, aad)?.equals(plaintext)) throw new Error(`message ${i} does not open`);
    ciphertexts.update(sealed);
  }
  return ciphertexts.digest('hex');
}
