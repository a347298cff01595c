import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { algorithmFor } from '../../../src/crypto/algorithms.js';
import { algorithmIdentifier, der, OCTET_STRING, SEQUENCE } from '../../../src/crypto/der.js';
import { keyOf } from './one-key-per-spec.js';

function pkcs8(key: KeyObject): Buffer {
  return key.export({ type: 'pkcs8', format: 'der' });
}

/** PKCS#8 of a scalar on P-256, as somebody else may have written it. */
function p256(scalar: Buffer, publicPart: Buffer = Buffer.alloc(0)): Buffer {
  const inner = der(SEQUENCE, Buffer.from('020101', 'hex'), der(OCTET_STRING, scalar), publicPart);
  const algorithm = algorithmIdentifier('2a8648ce3d0201', '2a8648ce3d030107');
  return der(SEQUENCE, Buffer.from('020100', 'hex'), algorithm, der(OCTET_STRING, inner));
}

const refused = { code: 'invalid-key-material' };

describe('an RSA key that somebody brings', () => {
  it('is taken when it is sound, whatever made it', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 0x10001 });
    const key = await algorithmFor('rsa-2048').accept(pkcs8(privateKey));
    expect(key.publicKey).toEqual(publicKey.export({ type: 'spki', format: 'der' }));
  });

  it('is refused with another size, a small exponent, or as an RSASSA-PSS key', async () => {
    const { accept } = bound('rsa-2048');
    await expect(accept(pkcs8(generateKeyPairSync('rsa', { modulusLength: 2056 }).privateKey))).rejects.toMatchObject(
      refused,
    );
    const small = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).privateKey;
    await expect(accept(pkcs8(small))).rejects.toMatchObject({
      ...refused,
      detail: expect.stringContaining('exponent'),
    });
    await expect(
      accept(pkcs8(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey)),
    ).rejects.toMatchObject(refused);
  });

  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi'])('is refused when its %s was changed', async (name) => {
    const jwk = createPrivateKey({
      key: (await keyOf('rsa-2048')).material.bytes,
      format: 'der',
      type: 'pkcs8',
    }).export({
      format: 'jwk',
    });
    const bytes = Buffer.from(String(jwk[name]), 'base64url');
    bytes[bytes.length - 1]! ^= 2;
    let changed: Buffer;
    try {
      changed = pkcs8(createPrivateKey({ key: { ...jwk, [name]: bytes.toString('base64url') }, format: 'jwk' }));
    } catch (error) {
      // A newer OpenSSL may see it already here.
      expect(error).toBeInstanceOf(Error);
      return;
    }
    await expect(bound('rsa-2048').accept(changed)).rejects.toMatchObject(refused);
  });
});

describe('an EC key that somebody brings', () => {
  const n = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');

  it('is taken with a private key from 1 to n-1, with or without its public key', async () => {
    const one = Buffer.alloc(32);
    one[31] = 1;
    const last = Buffer.from(n);
    last[31]! -= 1;
    for (const scalar of [one, last]) {
      expect((await bound('ecc-p256').accept(p256(scalar))).material.bytes).toEqual(scalar);
    }
  });

  it('is refused out of that range', async () => {
    const above = Buffer.from(n);
    above[31]! += 1;
    for (const scalar of [Buffer.alloc(32), n, above, Buffer.alloc(32, 0xff)]) {
      await expect(bound('ecc-p256').accept(p256(scalar))).rejects.toMatchObject(refused);
    }
  });

  it('is refused on another curve', async () => {
    const other = pkcs8(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey);
    await expect(bound('ecc-p256').accept(other)).rejects.toMatchObject(refused);
  });

  it("is refused with somebody else's public key inside", async () => {
    const scalar = Buffer.alloc(32, 7);
    const foreign = (await keyOf('ecc-p256')).publicKey!.subarray(-65);
    const publicPart = der(0xa1, der(0x03, Buffer.of(0), foreign));
    await expect(bound('ecc-p256').accept(p256(scalar, publicPart))).rejects.toMatchObject(refused);
  });
});

it('takes no encrypted or PEM key, and keeps what it says of the secret to itself', async () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const locked = privateKey.export({ type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: 'x' });
  for (const bytes of [pem, locked, pkcs8(generateKeyPairSync('x25519').privateKey)]) {
    const error = await bound('ed25519')
      .accept(bytes)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject(refused);
    expect(error).not.toHaveProperty('cause');
  }
});

function bound(spec: Parameters<typeof algorithmFor>[0]) {
  const algorithm = algorithmFor(spec);
  return { accept: (bytes: Buffer) => algorithm.accept(bytes) };
}
