import type { KeyObject } from 'node:crypto';
import { KmsError } from '../../errors.js';
import type { Algorithm, GeneratedKey, UsableKey } from '../algorithm.js';
import { generateOffLoop, notAPublicKey, readPkcs8, readSpki, spkiOf } from '../key-object.js';
import { mustBePair } from '../pairwise.js';
import { copyOf } from '../raw-key.js';
import { Secret } from '../secret.js';
import { mustBeSoundRsa } from './rsa-checks.js';
import { rsaCipher } from './rsa-oaep.js';
import { rsaSigner } from './rsa-signing.js';

const BITS = { 'rsa-2048': 2048, 'rsa-3072': 3072, 'rsa-4096': 4096 } as const;

export type RsaSpec = keyof typeof BITS;

/** RSA (FIPS 186-5, RFC 8017), public exponent 65537 for keys made here. Material is PKCS#8 DER. */
export function rsa(spec: RsaSpec): Algorithm {
  const bits = BITS[spec];

  const usable = (publicKey: KeyObject, privateKey?: KeyObject): UsableKey => ({
    signer: rsaSigner(bits / 8, publicKey, privateKey),
    cipher: rsaCipher(bits / 8, publicKey, privateKey),
  });
  const load = (material: Secret): UsableKey => {
    const privateKey = readPkcs8(material.bytes, spec);
    return usable(readSpki(spkiOf(privateKey), spec), privateKey);
  };
  const loadPublic = (spki: Buffer): UsableKey => {
    const publicKey = readSpki(spki, spec);
    if (publicKey.asymmetricKeyType !== 'rsa' || publicKey.asymmetricKeyDetails?.modulusLength !== bits) {
      throw notAPublicKey(spec);
    }
    return usable(publicKey);
  };
  const paired = async (privateKey: KeyObject): Promise<GeneratedKey> => {
    const material = new Secret(privateKey.export({ type: 'pkcs8', format: 'der' }));
    const publicKey = spkiOf(privateKey);
    await mustBePair(load(material), loadPublic(publicKey));
    return { material, publicKey };
  };

  return {
    spec,
    usages: ['encrypt-decrypt', 'sign-verify'],
    generate: async () => paired(await generateOffLoop({ rsaBits: bits })),
    accept: async (bytes) => {
      const privateKey = readPkcs8(bytes, spec);
      if (privateKey.asymmetricKeyType !== 'rsa' || privateKey.asymmetricKeyDetails?.modulusLength !== bits) {
        throw new KmsError('invalid-key-material', `The key material is not an RSA key of ${bits} bits.`);
      }
      await mustBeSoundRsa(privateKey, bits);
      return paired(privateKey);
    },
    toExport: (material) => copyOf(material.bytes),
    load,
    loadPublic,
  };
}
