import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { algorithmFor } from '../../../src/crypto/algorithms.js';
import { KEY_SPECS } from '../../../src/crypto/key-spec.js';
import { bitFlipped, keyOf } from './one-key-per-spec.js';

describe.each(KEY_SPECS.filter((spec) => /aes|gcm|chacha/.test(spec)))('sealing with %s', (spec) => {
  it('opens what it sealed and nothing else', async () => {
    const { aead } = algorithmFor(spec).load((await keyOf(spec)).material);
    const nonce = randomBytes(aead!.nonceBytes);
    const [plaintext, aad] = [randomBytes(100), Buffer.from('context')];
    const sealed = aead!.seal(nonce, plaintext, aad);
    expect(sealed.length).toBe(116);
    expect(aead!.open(nonce, sealed, aad)).toEqual(plaintext);
    expect(aead!.open(nonce, bitFlipped(sealed), aad)).toBeUndefined();
    expect(aead!.open(nonce, bitFlipped(sealed, 115), aad)).toBeUndefined();
    expect(aead!.open(bitFlipped(nonce, 0), sealed, aad)).toBeUndefined();
    expect(aead!.open(bitFlipped(nonce, nonce.length - 1), sealed, aad)).toBeUndefined();
    expect(aead!.open(nonce, sealed, bitFlipped(aad))).toBeUndefined();
    expect(aead!.open(nonce, sealed.subarray(0, 115), aad)).toBeUndefined();
    expect(aead!.open(nonce, Buffer.alloc(15), aad)).toBeUndefined();
    expect(aead!.open(Buffer.alloc(11), sealed, aad)).toBeUndefined();
    expect(() => aead!.seal(Buffer.alloc(16), plaintext, aad)).toThrow('invalid-request');
    expect(aead!.open(nonce, aead!.seal(nonce, Buffer.alloc(0), Buffer.alloc(0)), Buffer.alloc(0))).toEqual(
      Buffer.alloc(0),
    );
  });

  it('gives the same from many messages in turn on one loaded key', async () => {
    const { material } = await keyOf(spec);
    const { aead } = algorithmFor(spec).load(material);
    for (let i = 0; i < 50; i++) {
      const nonce = randomBytes(aead!.nonceBytes);
      const fresh = algorithmFor(spec).load(material).aead!;
      expect(aead!.seal(nonce, Buffer.from(`${i}`), Buffer.alloc(i))).toEqual(
        fresh.seal(nonce, Buffer.from(`${i}`), Buffer.alloc(i)),
      );
    }
  });
});

describe.each(KEY_SPECS.filter((spec) => spec.startsWith('hmac')))('MACs with %s', (spec) => {
  it('verify in full length only', async () => {
    const { mac } = algorithmFor(spec).load((await keyOf(spec)).material);
    const message = Buffer.from('message');
    const tag = mac!.mac(message);
    expect(tag.length).toBe(Number(spec.slice(-3)) / 8);
    expect(mac!.verify(message, tag)).toBe(true);
    expect(mac!.verify(bitFlipped(message), tag)).toBe(false);
    expect(mac!.verify(message, bitFlipped(tag))).toBe(false);
    expect(mac!.verify(message, tag.subarray(0, 16))).toBe(false);
    expect(mac!.verify(message, Buffer.alloc(0))).toBe(false);
  });

  it('take brought keys from the output to the block size', async () => {
    const bytes = Number(spec.slice(-3)) / 8;
    const block = bytes <= 32 ? 64 : 128;
    for (const length of [bytes, block]) {
      expect((await algorithmFor(spec).accept(Buffer.alloc(length, 1))).material.bytes.length).toBe(length);
    }
    for (const length of [bytes - 1, block + 1]) {
      await expect(algorithmFor(spec).accept(Buffer.alloc(length, 1))).rejects.toMatchObject({
        code: 'invalid-key-material',
        detail: expect.stringContaining(`${length}`),
      });
    }
  });
});
