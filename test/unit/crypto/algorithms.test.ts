import { createHash, createPublicKey, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { GeneratedKey } from '../../../src/crypto/algorithm.js';
import { ALGORITHMS, algorithmFor } from '../../../src/crypto/algorithms.js';
import { KEY_SPECS, type KeySpec } from '../../../src/crypto/key-spec.js';
import { SIGNING_ALGORITHMS } from '../../../src/crypto/signing-algorithms.js';

const keys = new Map<KeySpec, Promise<GeneratedKey>>();

/** One generated key per spec for the whole file: RSA takes its time. */
function keyOf(spec: KeySpec): Promise<GeneratedKey> {
  const made = keys.get(spec) ?? algorithmFor(spec).generate();
  keys.set(spec, made);
  return made;
}

function bitFlipped(bytes: Buffer, at = bytes.length >> 1): Buffer {
  const changed = Buffer.from(bytes);
  changed[at]! ^= 1;
  return changed;
}

const MATERIAL_BYTES: Partial<Record<KeySpec, number>> = {
  'aes-256-xaes': 32,
  'aes-256-gcm': 32,
  'aes-128-gcm': 16,
  'chacha20-poly1305': 32,
  'hmac-sha-224': 28,
  'hmac-sha-256': 32,
  'hmac-sha-384': 48,
  'hmac-sha-512': 64,
  'ecc-p256': 32,
  'ecc-p384': 48,
  'ecc-p521': 66,
  'ecc-secp256k1': 32,
  ed25519: 32,
  x25519: 32,
  'ml-dsa-44': 32,
  'ml-dsa-65': 32,
  'ml-dsa-87': 32,
  'ml-kem-512': 64,
  'ml-kem-768': 64,
  'ml-kem-1024': 64,
};

describe.each(KEY_SPECS)('a key of spec %s', (spec) => {
  const algorithm = ALGORITHMS[spec];

  it('is listed under its own name', () => {
    expect(algorithm.spec).toBe(spec);
    expect(algorithmFor(spec)).toBe(algorithm);
    expect(algorithm.usages.length).toBeGreaterThan(0);
  });

  it('has material in its canonical form, new each time, which does not print', async () => {
    const key = await keyOf(spec);
    if (MATERIAL_BYTES[spec] !== undefined) expect(key.material.bytes.length).toBe(MATERIAL_BYTES[spec]);
    if (!spec.startsWith('rsa')) {
      const other = await algorithm.generate();
      expect(other.material.bytes.equals(key.material.bytes)).toBe(false);
    }
    expect(`${key.material} ${JSON.stringify(key)} ${inspect(key.material)}`).not.toMatch(
      new RegExp(key.material.bytes.subarray(-16).toString('hex'), 'i'),
    );
    expect(JSON.stringify({ material: key.material })).toBe('{"material":"[secret]"}');
  });

  it('comes back the same from its export', async () => {
    const key = await keyOf(spec);
    const exported = algorithm.toExport(key.material);
    const again = await algorithm.accept(exported.bytes);
    expect(again.material.bytes.equals(key.material.bytes)).toBe(true);
    expect(again.publicKey).toEqual(key.publicKey);
  });

  it('does not depend on its material, or its export on it, once made', async () => {
    const key = await keyOf(spec);
    const exported = algorithm.toExport(key.material);
    const copy = await algorithm.accept(exported.bytes);
    const loaded = algorithm.load(copy.material);
    copy.material.destroy();
    exported.destroy();
    expect(key.material.bytes.every((byte) => byte === 0)).toBe(false);
    if (loaded.signer?.sign !== undefined) {
      const name = loaded.signer.algorithms[0]!;
      const signature = await loaded.signer.sign(name, { message: Buffer.from('m') });
      const verifier = algorithm.loadPublic(key.publicKey!).signer!;
      expect(await verifier.verify(name, { message: Buffer.from('m') }, signature)).toBe(true);
    }
    if (loaded.kem?.decapsulate !== undefined) {
      const { sharedSecret, ciphertext } = await algorithm.loadPublic(key.publicKey!).kem!.encapsulate();
      expect((await loaded.kem.decapsulate(ciphertext)).bytes.equals(sharedSecret.bytes)).toBe(true);
    }
    if (loaded.aead !== undefined) {
      const nonce = Buffer.alloc(loaded.aead.nonceBytes, 9);
      const sealed = loaded.aead.seal(nonce, Buffer.from('p'), Buffer.alloc(0));
      expect(algorithm.load(key.material).aead!.open(nonce, sealed, Buffer.alloc(0))).toEqual(Buffer.from('p'));
    }
  });

  it('is refused as invalid-key-material when damaged, too short or too long', async () => {
    const exported = algorithm.toExport((await keyOf(spec)).material).bytes;
    const wrong = [
      Buffer.alloc(0),
      exported.subarray(1),
      Buffer.concat([exported, Buffer.alloc(200)]),
      Buffer.alloc(15, 7),
    ];
    for (const bytes of wrong) {
      // An HMAC key may be shorter or longer, within its bounds.
      if (spec.startsWith('hmac') && bytes.length >= 28) continue;
      await expect(algorithm.accept(Buffer.from(bytes))).rejects.toMatchObject({ code: 'invalid-key-material' });
    }
  });

  it('has a public key in SPKI exactly if it is asymmetric', async () => {
    const { publicKey } = await keyOf(spec);
    if (publicKey === undefined) {
      expect(() => algorithm.loadPublic(Buffer.alloc(32))).toThrow('unsupported-operation');
      return;
    }
    expect(() => algorithm.loadPublic(publicKey)).not.toThrow();
    expect(() => algorithm.loadPublic(Buffer.alloc(32))).toThrow('invalid-key-material');
    expect(() => algorithm.loadPublic(publicKey.subarray(0, -1))).toThrow('invalid-key-material');
    expect(() => algorithm.loadPublic(Buffer.concat([publicKey, Buffer.of(0)]))).toThrow('invalid-key-material');
    if (!spec.startsWith('ml-')) {
      const reread = createPublicKey({ key: publicKey, format: 'der', type: 'spki' });
      expect(reread.export({ type: 'spki', format: 'der' })).toEqual(publicKey);
    }
  });

  it("refuses another spec's public key", async () => {
    const { publicKey } = await keyOf(spec);
    if (publicKey === undefined) return;
    const other = spec === 'ecc-p256' ? 'ed25519' : 'ecc-p256';
    const foreign = (await keyOf(other)).publicKey!;
    expect(() => algorithm.loadPublic(foreign)).toThrow('invalid-key-material');
  });
});

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

const SIGNERS = KEY_SPECS.filter((spec) => /^(rsa|ecc|ed25519|ml-dsa)/.test(spec));

describe.each(SIGNERS)('signing with %s', (spec) => {
  it('verifies its messages under every name, by the public half too, and nothing else', async () => {
    const key = await keyOf(spec);
    const { signer } = algorithmFor(spec).load(key.material);
    const verifier = algorithmFor(spec).loadPublic(key.publicKey!).signer!;
    expect(verifier.sign).toBeUndefined();
    const message = randomBytes(50);
    for (const name of signer!.algorithms) {
      expect(SIGNING_ALGORITHMS).toContain(name);
      const signature = await signer!.sign!(name, { message });
      expect(await signer!.verify(name, { message }, signature)).toBe(true);
      expect(await verifier.verify(name, { message }, signature)).toBe(true);
      expect(await verifier.verify(name, { message: bitFlipped(message) }, signature)).toBe(false);
      expect(await verifier.verify(name, { message }, bitFlipped(signature))).toBe(false);
      for (const wrong of [Buffer.alloc(0), signature.subarray(1), Buffer.concat([signature, Buffer.of(0)])]) {
        expect(await verifier.verify(name, { message }, wrong)).toBe(false);
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

describe.each(KEY_SPECS.filter((spec) => spec.startsWith('rsa')))('encrypting with %s', (spec) => {
  it('decrypts what the public half encrypted, up to the largest plaintext', async () => {
    const key = await keyOf(spec);
    const { cipher } = algorithmFor(spec).load(key.material);
    const encrypter = algorithmFor(spec).loadPublic(key.publicKey!).cipher!;
    expect(encrypter.decrypt).toBeUndefined();
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
    expect(one.bytes.length).toBe(MATERIAL_BYTES[spec]);
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
    expect(encapsulator.decapsulate).toBeUndefined();
    const { sharedSecret, ciphertext } = await encapsulator.encapsulate();
    expect(sharedSecret.bytes.length).toBe(32);
    expect((await kem!.decapsulate!(ciphertext)).bytes).toEqual(sharedSecret.bytes);
    const rejected = await kem!.decapsulate!(bitFlipped(ciphertext));
    expect(rejected.bytes.length).toBe(32);
    expect(rejected.bytes).not.toEqual(sharedSecret.bytes);
    await expect(kem!.decapsulate!(ciphertext.subarray(1))).rejects.toMatchObject({ code: 'invalid-request' });
  });
});
