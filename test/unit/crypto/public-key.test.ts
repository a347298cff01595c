import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { KEY_SPECS, type KeySpec } from '../../../src/crypto/key-spec.js';
import { specOfPublicKey } from '../../../src/crypto/public-key-spec.js';
import { publicKeyJwk, publicKeyPem } from '../../../src/crypto/public-key.js';
import { readPublicKey } from '../../../src/crypto/read-public-key.js';
import { keyOf } from './one-key-per-spec.js';

const ASYMMETRIC = KEY_SPECS.filter((spec) => /^(rsa-2048|rsa-3072|ecc|ed25519|x25519|ml-)/.test(spec));

const KTY: [RegExp, string][] = [
  [/^rsa/, 'RSA'],
  [/^ecc/, 'EC'],
  [/25519$/, 'OKP'],
  [/^ml-/, 'AKP'],
];

async function spkiOf(spec: KeySpec): Promise<Buffer> {
  return (await keyOf(spec)).publicKey!;
}

describe.each(ASYMMETRIC)('the public key of %s', (spec) => {
  it('is read back the same from PEM, DER, base64 and JWK', async () => {
    const spki = await spkiOf(spec);
    const jwk = publicKeyJwk(spki, { kid: 'one' });
    expect(jwk.kty).toBe(KTY.find(([pattern]) => pattern.test(spec))?.[1]);
    for (const form of [
      spki,
      publicKeyPem(spki),
      publicKeyPem(spki).replaceAll('\n', '\r\n'),
      spki.toString('base64'),
      JSON.stringify(jwk),
      { ...jwk },
    ]) {
      expect(readPublicKey(form)).toEqual({ spec, spki });
    }
    expect(specOfPublicKey(spki)).toBe(spec);
  });

  it('has a JWK with the parameters of the caller', async () => {
    const jwk = publicKeyJwk(await spkiOf(spec), { kid: 'key 7', use: 'sig' });
    expect(jwk).toMatchObject({ kid: 'key 7', use: 'sig' });
    if (spec.startsWith('ml-')) expect(jwk.alg).toBe(spec.toUpperCase());
  });
});

it.each(ASYMMETRIC.filter((spec) => !spec.startsWith('ml-')))(
  "writes PEM and JWK of %s as Node's own",
  async (spec) => {
    const spki = await spkiOf(spec);
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    expect(publicKeyPem(spki)).toBe(key.export({ type: 'spki', format: 'pem' }));
    expect(publicKeyJwk(spki, { kid: 'k' })).toEqual({ ...key.export({ format: 'jwk' }), kid: 'k' });
  },
);

// RFC 8037 A.2 and the thumbprint input of RFC 7638 3.1 are public keys in print.
it('reads the Ed25519 key of RFC 8037', () => {
  const { spec, spki } = readPublicKey({
    kty: 'OKP',
    crv: 'Ed25519',
    x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  });
  expect(spec).toBe('ed25519');
  expect(spki.toString('hex')).toBe(
    '302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  );
});

describe('what callers send instead of a public key', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const jwk = publicKey.export({ format: 'jwk' });

  it.each<[string, Buffer | string | Readonly<Record<string, unknown>>, RegExp]>([
    ['a private PEM', pem, /treat the key as exposed/],
    ['a private JWK', privateKey.export({ format: 'jwk' }), /treat the key as exposed/],
    ['a private DER', privateKey.export({ type: 'pkcs8', format: 'der' }), /cannot be used/],
    ['a secret JWK', { kty: 'oct', k: 'AAAA' }, /treat the key as exposed/],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', /certificate/],
    ['nothing', '', /must be a PEM/],
    ['words', 'my public key, please!', /must be a PEM/],
    ['a PEM cut short', '-----BEGIN PUBLIC KEY-----\nAAAA', /must be a PEM/],
    ['broken JSON', '{"kty":', /not well-formed JSON/],
    ['an unknown kty', { kty: 'DSA' }, /kty must be/],
    ['a JWK without y', { ...jwk, y: undefined }, /member y/],
    ['a JWK in padded base64', { ...jwk, x: `${jwk.x}=` }, /member x/],
    ['a point off the curve', { ...jwk, x: jwk.y, y: jwk.x }, /point on its curve/],
    ['an unknown curve', { ...jwk, crv: 'P-192' }, /cannot be used/],
    ['Ed448', { kty: 'OKP', crv: 'Ed448', x: 'AAAA' }, /Ed25519 or X25519/],
    ['X25519 of 3 bytes', { kty: 'OKP', crv: 'X25519', x: 'AAAA' }, /wrong length/],
    ['AKP without alg', { kty: 'AKP', pub: 'AAAA' }, /alg must be/],
    ['ML-KEM of 3 bytes', { kty: 'AKP', alg: 'ML-KEM-768', pub: 'AAAA' }, /wrong length/],
    [
      'RSA of 1024 bits',
      generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'der' }),
      /type or size/,
    ],
    [
      'DER with more behind it',
      Buffer.concat([publicKey.export({ type: 'spki', format: 'der' }), Buffer.of(0)]),
      /must be/,
    ],
  ])('%s is refused and said why', (_what, given, why) => {
    expect(() => readPublicKey(given)).toThrow(why);
    expect(() => readPublicKey(given)).toThrow(/^invalid-key-material: /);
  });

  it('writes a compressed point in full', () => {
    const { x } = jwk;
    const full = publicKey.export({ type: 'spki', format: 'der' });
    const sign = full[full.length - 1]! & 1;
    const compressed = Buffer.concat([
      Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'),
      Buffer.of(2 + sign),
      Buffer.from(x!, 'base64url'),
    ]);
    expect(readPublicKey(compressed)).toEqual({ spec: 'ecc-p256', spki: full });
  });
});
