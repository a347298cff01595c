import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { algorithmFor } from '../../../src/crypto/algorithms.js';
import { KEY_SPECS } from '../../../src/crypto/key-spec.js';
import { SIGNING_ALGORITHMS } from '../../../src/crypto/algorithm-names.js';
import { bitFlipped, keyOf } from './one-key-per-spec.js';

const SIGNERS = KEY_SPECS.filter((spec) => /^(rsa|ecc|ed25519|ml-dsa)/.test(spec));

describe.each(SIGNERS)('signing with %s', (spec) => {
  it('verifies its messages under every name, by the public half too, and nothing else', async () => {
    const key = await keyOf(spec);
    const { signer } = algorithmFor(spec).load(key.material);
    const verifier = algorithmFor(spec).loadPublic(key.publicKey!).signer!;
    expect('sign' in verifier).toBe(false);
    for (const name of signer!.algorithms) {
      expect(SIGNING_ALGORITHMS).toContain(name);
      const bytes = randomBytes(64);
      const inputOf = (some: Buffer) => (name === 'ml-dsa-external-mu' ? { digest: some } : { message: some });
      const input = inputOf(bytes);
      const signature = await signer!.sign!(name, input);
      expect(await signer!.verify(name, input, signature)).toBe(true);
      expect(await verifier.verify(name, input, signature)).toBe(true);
      expect(await verifier.verify(name, inputOf(bitFlipped(bytes)), signature)).toBe(false);
      expect(await verifier.verify(name, input, bitFlipped(signature))).toBe(false);
      for (const wrong of [Buffer.alloc(0), signature.subarray(1), Buffer.concat([signature, Buffer.of(0)])]) {
        expect(await verifier.verify(name, input, wrong)).toBe(false);
      }
    }
  });

  it('refuses a name it does not take', async () => {
    const { signer } = algorithmFor(spec).load((await keyOf(spec)).material);
    const foreign = spec.startsWith('rsa') ? 'ed25519' : 'rsassa-pss-sha-256';
    const message = Buffer.from('m');
    await expect(signer!.sign!(foreign, { message })).rejects.toMatchObject({ code: 'invalid-request' });
    await expect(signer!.verify(foreign, { message }, Buffer.alloc(9))).rejects.toMatchObject({
      code: 'invalid-request',
      detail: expect.stringContaining(signer!.algorithms[0]!),
    });
  });

  it('signs a digest as that digest, never hashed again', async () => {
    const key = await keyOf(spec);
    const { signer } = algorithmFor(spec).load(key.material);
    const verifier = algorithmFor(spec).loadPublic(key.publicKey!).signer!;
    const message = randomBytes(50);
    for (const name of signer!.algorithms) {
      const bits = /sha-(\d+)/.exec(name)?.[1];
      if (bits === undefined) {
        await expect(signer!.sign!(name, { digest: randomBytes(32) })).rejects.toMatchObject({
          code: 'invalid-request',
        });
        await expect(signer!.verify(name, { digest: randomBytes(32) }, Buffer.alloc(64))).rejects.toMatchObject({
          code: 'invalid-request',
        });
        continue;
      }
      const digest = createHash(`sha${bits}`).update(message).digest();
      const overDigest = await signer!.sign!(name, { digest });
      const overMessage = await signer!.sign!(name, { message });
      expect(await verifier.verify(name, { message }, overDigest)).toBe(true);
      expect(await verifier.verify(name, { digest }, overDigest)).toBe(true);
      expect(await verifier.verify(name, { digest }, overMessage)).toBe(true);
      expect(await verifier.verify(name, { message: digest }, overDigest)).toBe(false);
      expect(await verifier.verify(name, { digest: bitFlipped(digest) }, overDigest)).toBe(false);
      expect(await verifier.verify(name, { digest }, bitFlipped(overDigest))).toBe(false);
      expect(await verifier.verify(name, { digest }, overDigest.subarray(1))).toBe(false);
      expect(await verifier.verify(name, { digest }, Buffer.alloc(overDigest.length, 0xff))).toBe(false);
      expect(await verifier.verify(name, { digest }, Buffer.alloc(0))).toBe(false);
      await expect(signer!.sign!(name, { digest: digest.subarray(1) })).rejects.toMatchObject({
        code: 'invalid-request',
      });
    }
  });
});

describe('an RSA signature that begins with a zero byte', () => {
  it('is refused without it', async () => {
    const { signer } = algorithmFor('rsa-2048').load((await keyOf('rsa-2048')).material);
    const message = randomBytes(50);
    const name = 'rsassa-pss-sha-256';
    let signature: Buffer;
    do signature = await signer!.sign!(name, { message });
    while (signature[0] !== 0);
    expect(await signer!.verify(name, { message }, signature)).toBe(true);
    expect(await signer!.verify(name, { message }, signature.subarray(1))).toBe(false);
  });
});
