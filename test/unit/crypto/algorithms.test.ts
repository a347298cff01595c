import { createPublicKey } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { ALGORITHMS, algorithmFor } from '../../../src/crypto/algorithms.js';
import { KEY_SPECS, type KeySpec } from '../../../src/crypto/key-spec.js';
import { keyOf } from './one-key-per-spec.js';

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
    expect(`${key.material.toString()} ${JSON.stringify(key)} ${inspect(key, { depth: 9 })}`).not.toMatch(
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
