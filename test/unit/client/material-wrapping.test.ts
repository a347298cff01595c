import { describe, expect, it } from '@jest/globals';
import { createCipheriv, generateKeyPairSync, randomBytes } from 'node:crypto';
import { unwrapMaterial, wrapMaterial } from '../../../src/client/client.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const spki = publicKey.export({ format: 'der', type: 'spki' });

describe.each(['rsaes-oaep-sha-256', 'rsa-aes-key-wrap-sha-256'] as const)('%s', (algorithm) => {
  it.each([16, 32, 33, 64, 190])('brings %d bytes across', (length) => {
    const material = randomBytes(length);
    expect(unwrapMaterial(privateKey, algorithm, wrapMaterial(spki, algorithm, material))).toEqual(material);
  });

  it('does not open what was changed', () => {
    const wrapped = wrapMaterial(spki, algorithm, randomBytes(32));
    for (const at of [0, wrapped.length - 1]) {
      const changed = Buffer.from(wrapped);
      changed[at] = changed[at]! ^ 1;
      expect(() => unwrapMaterial(privateKey, algorithm, changed)).toThrow(/^invalid-key-material/);
    }
  });
});

it('long material takes the key wrap', () => {
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  const wrapped = wrapMaterial(spki, 'rsa-aes-key-wrap-sha-256', pkcs8);
  expect(unwrapMaterial(privateKey, 'rsa-aes-key-wrap-sha-256', wrapped)).toEqual(pkcs8);
  expect(() => wrapMaterial(spki, 'rsaes-oaep-sha-256', pkcs8)).toThrow(/rsa-aes-key-wrap-sha-256/);
});

it('the key wrap is that of RFC 5649', () => {
  // section 6 has a 192-bit KEK; this is its 20-byte example's construction checked through the cipher that the wrapping uses
  const kek = Buffer.from('5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8', 'hex');
  const cipher = createCipheriv('id-aes192-wrap-pad', kek, Buffer.from('A65959A6', 'hex'));
  const wrapped = Buffer.concat([
    cipher.update(Buffer.from('c37b7e6492584340bed12207808941155068f738', 'hex')),
    cipher.final(),
  ]);
  expect(wrapped.toString('hex')).toBe('138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a');
});
