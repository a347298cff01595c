import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Algorithm, GeneratedKey, SigningKey, UsableKey } from '../algorithm.js';
import { mustBeMessage } from '../digest.js';
import { privateKeyOfSeed, publicKeyOfSpki, SEED_BYTES, seedOfPkcs8 } from '../edwards.js';
import { spkiOf } from '../key-object.js';
import { mustBePair } from '../pairwise.js';
import { ownBuffer } from '../random.js';
import { Secret } from '../secret.js';
import { signQuick, verifyQuick } from '../sign-off-loop.js';
import { mustBeAlgorithm } from '../algorithm-names.js';

const NAMES = ['ed25519'] as const;

/** Ed25519 (RFC 8032 5.1, FIPS 186-5 7). Material is the 32-byte seed. */
export function ed25519(): Algorithm {
  return {
    spec: 'ed25519',
    usages: ['sign-verify'],
    generate: async () => paired(ownBuffer(SEED_BYTES)),
    accept: async (bytes) => paired(seedOfPkcs8('ed25519', bytes)),
    toExport: (material) =>
      new Secret(privateKeyOfSeed('ed25519', material.bytes).export({ type: 'pkcs8', format: 'der' })),
    load,
    loadPublic,
  };
}

function load(material: Secret): UsableKey {
  const privateKey = privateKeyOfSeed('ed25519', material.bytes);
  return { signer: signer(createPublicKey(privateKey), privateKey) };
}

function loadPublic(spki: Buffer): UsableKey {
  return { signer: signer(publicKeyOfSpki('ed25519', spki)) };
}

async function paired(seed: Buffer): Promise<GeneratedKey> {
  const material = new Secret(seed);
  const publicKey = spkiOf(privateKeyOfSeed('ed25519', seed));
  await mustBePair(load(material), loadPublic(publicKey));
  return { material, publicKey };
}

function signer(publicKey: KeyObject, privateKey?: KeyObject): SigningKey {
  const verify: SigningKey['verify'] = async (algorithm, input, signature) => {
    mustBeAlgorithm(algorithm, NAMES);
    return verifyQuick(null, mustBeMessage(input), { key: publicKey }, signature);
  };
  if (privateKey === undefined) return { algorithms: NAMES, verify };
  return {
    algorithms: NAMES,
    sign: async (algorithm, input) => {
      mustBeAlgorithm(algorithm, NAMES);
      return signQuick(null, mustBeMessage(input), { key: privateKey });
    },
    verify,
  };
}
