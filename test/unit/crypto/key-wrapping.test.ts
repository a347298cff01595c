import { constants, createPublicKey, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { algorithmFor } from '../../../src/crypto/algorithms.js';
import type { KeySpec } from '../../../src/crypto/key-spec.js';
import { unwrapImported, WRAPPING_ALGORITHMS, wrapForExport } from '../../../src/crypto/key-wrapping.js';
import { Secret } from '../../../src/crypto/secret.js';
import { bitFlipped, keyOf } from './one-key-per-spec.js';

const KWP = 'rsa-aes-key-wrap-sha-256';

async function importKey() {
  const { material, publicKey } = await keyOf('rsa-2048');
  return { spki: publicKey!, cipher: algorithmFor('rsa-2048').load(material).cipher! };
}

describe.each(WRAPPING_ALGORITHMS)('wrapping by %s', (algorithm) => {
  it('brings material from one side to the other', async () => {
    const { spki, cipher } = await importKey();
    const material = new Secret(randomBytes(32));
    const wrapped = await wrapForExport(spki, material, algorithm);
    expect(wrapped.includes(material.bytes)).toBe(false);
    expect((await unwrapImported(cipher, wrapped, algorithm)).bytes).toEqual(material.bytes);
  });

  it('refuses everything else with one and the same sentence', async () => {
    const { spki, cipher } = await importKey();
    const wrapped = await wrapForExport(spki, new Secret(randomBytes(32)), algorithm);
    const other = algorithmFor('rsa-2048').load((await algorithmFor('rsa-2048').generate()).material).cipher!;
    const attempts = [
      () => unwrapImported(cipher, bitFlipped(wrapped, 5), algorithm),
      () => unwrapImported(cipher, bitFlipped(wrapped, wrapped.length - 1), algorithm),
      () => unwrapImported(cipher, wrapped.subarray(1), algorithm),
      () => unwrapImported(cipher, wrapped.subarray(0, -1), algorithm),
      () => unwrapImported(cipher, Buffer.concat([wrapped, Buffer.alloc(8)]), algorithm),
      () => unwrapImported(cipher, Buffer.alloc(0), algorithm),
      () => unwrapImported(cipher, Buffer.alloc(256), algorithm),
      () => unwrapImported(cipher, Buffer.alloc(300, 0xff), algorithm),
      () => unwrapImported(other, wrapped, algorithm),
      () => unwrapImported(cipher, wrapped, algorithm === KWP ? 'rsaes-oaep-sha-256' : KWP),
    ];
    const sentences = new Set<unknown>();
    for (const attempt of attempts) {
      const error = await attempt().catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'invalid-key-material' });
      sentences.add(String(error));
    }
    expect(sentences.size).toBe(1);
  });

  it('takes RSA public keys of known sizes only', async () => {
    const material = new Secret(randomBytes(32));
    for (const spki of [(await keyOf('ecc-p256')).publicKey!, Buffer.alloc(20)]) {
      await expect(wrapForExport(spki, material, algorithm)).rejects.toMatchObject({ code: 'invalid-key-material' });
    }
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'der' });
    await expect(wrapForExport(small, material, algorithm)).rejects.toMatchObject({ code: 'invalid-key-material' });
  });
});

it.each<KeySpec>(['rsa-2048', 'ecc-p521', 'ed25519', 'ml-kem-768', 'aes-128-gcm'])(
  'exports a key of %s and imports it again as the same key',
  async (spec) => {
    const { spki, cipher } = await importKey();
    const key = await keyOf(spec);
    const wrapped = await wrapForExport(spki, algorithmFor(spec).toExport(key.material), KWP);
    const again = await algorithmFor(spec).accept((await unwrapImported(cipher, wrapped, KWP)).bytes);
    expect(again.material.bytes).toEqual(key.material.bytes);
    expect(again.publicKey).toEqual(key.publicKey);
  },
);

it('opens what plain OAEP of another program made', async () => {
  const { spki, cipher } = await importKey();
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const material = randomBytes(32);
  const wrapped = publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, material);
  expect((await unwrapImported(cipher, wrapped, 'rsaes-oaep-sha-256')).bytes).toEqual(material);
});

it('says when material is too long for OAEP, and when an algorithm is unknown', async () => {
  const { spki, cipher } = await importKey();
  const rsa = algorithmFor('rsa-2048').toExport((await keyOf('rsa-2048')).material);
  await expect(wrapForExport(spki, rsa, 'rsaes-oaep-sha-256')).rejects.toMatchObject({ code: 'invalid-request' });
  await expect(wrapForExport(spki, rsa, 'rsaes-pkcs1-v1_5')).rejects.toMatchObject({ code: 'invalid-request' });
  await expect(unwrapImported(cipher, Buffer.alloc(256), 'none')).rejects.toMatchObject({ code: 'invalid-request' });
});
