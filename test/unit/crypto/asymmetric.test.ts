import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { GeneratedKey } from '../../../src/crypto/algorithm.js';
import { algorithmFor } from '../../../src/crypto/algorithms.js';
import { KEY_SPECS } from '../../../src/crypto/key-spec.js';
import { bitFlipped, keyOf } from './one-key-per-spec.js';

describe.each(KEY_SPECS.filter((spec) => spec.startsWith('rsa')))('encrypting with %s', (spec) => {
  it('decrypts what the public half encrypted, up to the largest plaintext', async () => {
    const key = await keyOf(spec);
    const { cipher } = algorithmFor(spec).load(key.material);
    const encrypter = algorithmFor(spec).loadPublic(key.publicKey!).cipher!;
    expect('decrypt' in encrypter).toBe(false);
    const length = Number(spec.slice(4)) / 8;
    for (const [name, overhead] of [
      ['rsaes-oaep-sha-256', 66],
      ['rsaes-oaep-sha-1', 42],
    ] as const) {
      for (const plaintext of [Buffer.alloc(0), randomBytes(length - overhead)]) {
        const ciphertext = await encrypter.encrypt(name, plaintext);
        expect(ciphertext.length).toBe(length);
        expect(await cipher!.decrypt!(name, ciphertext)).toEqual(plaintext);
        expect(await cipher!.decrypt!(name, bitFlipped(ciphertext))).toBeUndefined();
        expect(await cipher!.decrypt!(name, ciphertext.subarray(1))).toBeUndefined();
      }
      await expect(encrypter.encrypt(name, randomBytes(length - overhead + 1))).rejects.toMatchObject({
        code: 'invalid-request',
      });
    }
    const one = await encrypter.encrypt('rsaes-oaep-sha-1', Buffer.from('x'));
    expect(await cipher!.decrypt!('rsaes-oaep-sha-256', one)).toBeUndefined();
    await expect(encrypter.encrypt('rsaes-pkcs1-v1_5', Buffer.from('x'))).rejects.toMatchObject({
      code: 'invalid-request',
    });
  });
});

describe.each(['ecc-p256', 'ecc-p384', 'ecc-p521', 'x25519'] as const)('agreement with %s', (spec) => {
  it('comes to the same secret from both ends, and refuses other curves', async () => {
    const here = await keyOf(spec);
    const there = await algorithmFor(spec).generate();
    const load = (key: GeneratedKey) => algorithmFor(spec).load(key.material).agreement!;
    const one = await load(here).agree(there.publicKey!);
    const two = await load(there).agree(here.publicKey!);
    expect(one.bytes).toEqual(two.bytes);
    expect(one.bytes.length).toBe(here.material.bytes.length);
    for (const wrong of [(await keyOf('ed25519')).publicKey!, Buffer.alloc(0), there.publicKey!.subarray(1)]) {
      await expect(load(here).agree(wrong)).rejects.toMatchObject({ code: 'invalid-request' });
    }
    if (spec.startsWith('ecc')) {
      await expect(load(here).agree(bitFlipped(there.publicKey!, there.publicKey!.length - 1))).rejects.toMatchObject({
        code: 'invalid-request',
      });
    }
  });
});

it('has no agreement on secp256k1', async () => {
  expect(algorithmFor('ecc-secp256k1').usages).toEqual(['sign-verify']);
  expect(algorithmFor('ecc-secp256k1').load((await keyOf('ecc-secp256k1')).material).agreement).toBeUndefined();
});

describe.each(['ml-kem-512', 'ml-kem-768', 'ml-kem-1024'] as const)('encapsulating with %s', (spec) => {
  it('comes to the same secret, and to another one for a changed ciphertext', async () => {
    const key = await keyOf(spec);
    const { kem } = algorithmFor(spec).load(key.material);
    const encapsulator = algorithmFor(spec).loadPublic(key.publicKey!).kem!;
    expect('decapsulate' in encapsulator).toBe(false);
    const { sharedSecret, ciphertext } = await encapsulator.encapsulate();
    expect(sharedSecret.bytes.length).toBe(32);
    expect((await kem!.decapsulate!(ciphertext)).bytes).toEqual(sharedSecret.bytes);
    const rejected = await kem!.decapsulate!(bitFlipped(ciphertext));
    expect(rejected.bytes.length).toBe(32);
    expect(rejected.bytes).not.toEqual(sharedSecret.bytes);
    await expect(kem!.decapsulate!(ciphertext.subarray(1))).rejects.toMatchObject({ code: 'invalid-request' });
  });
});
