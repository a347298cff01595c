import { KmsError } from '../../errors.js';
import type { AgreementKey, Algorithm, GeneratedKey } from '../algorithm.js';
import { privateKeyOfSeed, publicKeyOfSpki, SEED_BYTES, seedOfPkcs8 } from '../edwards.js';
import { agreementKey } from '../key-agreement.js';
import { spkiOf } from '../key-object.js';
import { ownBuffer } from '../random.js';
import { Secret } from '../secret.js';

/** X25519 (RFC 7748). Material is the 32-byte private key as it is, unclamped. */
export function x25519(): Algorithm {
  return {
    spec: 'x25519',
    usages: ['key-agreement'],
    generate: async () => paired(ownBuffer(SEED_BYTES)),
    accept: async (bytes) => paired(seedOfPkcs8('x25519', bytes)),
    toExport: (material) =>
      new Secret(privateKeyOfSeed('x25519', material.bytes).export({ type: 'pkcs8', format: 'der' })),
    load: (material) => ({ agreement: agreementOf(material) }),
    loadPublic: (spki) => {
      publicKeyOfSpki('x25519', spki);
      return {};
    },
  };
}

function agreementOf(material: Secret): AgreementKey {
  const privateKey = privateKeyOfSeed('x25519', material.bytes);
  return agreementKey(privateKey, (spki) => publicKeyOfSpki('x25519', spki), {
    quick: true,
    refuseZero: true,
  });
}

/** With the pairwise test: both ends of an agreement with a throw-away key come to the same secret. */
async function paired(seed: Buffer): Promise<GeneratedKey> {
  const material = new Secret(seed);
  const publicKey = spkiOf(privateKeyOfSeed('x25519', seed));
  const other = new Secret(ownBuffer(SEED_BYTES));
  const here = await agreementOf(material).agree(spkiOf(privateKeyOfSeed('x25519', other.bytes)));
  const there = await agreementOf(other).agree(publicKey);
  const same = here.bytes.equals(there.bytes);
  for (const secret of [other, here, there]) secret.destroy();
  if (!same) {
    throw new KmsError('invalid-key-material', 'The private key and the public key do not belong together.');
  }
  return { material, publicKey };
}
