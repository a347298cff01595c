import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { algorithmFor } from '../../src/crypto/algorithms.js';
import { mlDsa } from '../../src/crypto/algorithms/ml-dsa.js';
import { mlKem } from '../../src/crypto/algorithms/ml-kem.js';
import { preferredBackend } from '../../src/crypto/lattice-native.js';
import { Secret } from '../../src/crypto/secret.js';

type Sample = Readonly<Record<string, string>>;

/** A few vectors that come with the repository, for where the whole files are absent. */
const samples = JSON.parse(readFileSync(new URL('wycheproof-samples.json', import.meta.url), 'utf8')) as Record<
  string,
  Sample[]
>;

const hex = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'hex');
const backends = preferredBackend() === 'native' ? (['native', 'portable'] as const) : (['portable'] as const);

describe.each([
  ['rsassa-pkcs1-v1_5-sha-256', 'rsa_signature_2048_sha256'],
  ['rsassa-pss-sha-256', 'rsa_pss_2048_sha256_mgf1_32'],
])('%s', (algorithm, list) => {
  it.each(samples[list]!)('vector $tcId is $result, by the message and by its digest', async (sample) => {
    const { signer } = algorithmFor('rsa-2048').loadPublic(hex(sample.publicKeyDer));
    const message = hex(sample.msg);
    const digest = createHash('sha256').update(message).digest();
    for (const input of [{ message }, { digest }]) {
      expect(await signer!.verify(algorithm, input, hex(sample.sig))).toBe(sample.result === 'valid');
    }
  });
});

it.each(samples['rsa_oaep_2048_sha256_mgf1sha256']!)('rsaes-oaep-sha-256 opens vector $tcId', async (sample) => {
  const { cipher } = algorithmFor('rsa-2048').load(new Secret(hex(sample.privateKeyPkcs8)));
  expect(await cipher!.decrypt!('rsaes-oaep-sha-256', hex(sample.ct))).toEqual(hex(sample.msg));
});

describe.each(backends)('%s', (backend) => {
  it.each(samples['mldsa_65_sign_seed']!)(
    'ML-DSA-65 verifies vector $tcId under the key of its seed',
    async (sample) => {
      const algorithm = mlDsa('ml-dsa-65', backend);
      const { publicKey } = await algorithm.accept(hex(sample.privateSeed));
      const { signer } = algorithm.loadPublic(publicKey!);
      expect(await signer!.verify('ml-dsa', { message: hex(sample.msg) }, hex(sample.sig))).toBe(true);
      expect(await signer!.verify('ml-dsa', { message: Buffer.from('other') }, hex(sample.sig))).toBe(false);
    },
  );

  it.each(samples['mlkem_768']!)('ML-KEM-768 opens vector $tcId', async (sample) => {
    const { kem } = mlKem('ml-kem-768', backend).load(new Secret(hex(sample.seed)));
    expect((await kem!.decapsulate!(hex(sample.c))).bytes.toString('hex')).toBe(sample.K);
  });
});
