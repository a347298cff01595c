import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Algorithm, GeneratedKey, SigningKey, UsableKey } from '../algorithm.js';
import { mustBeMessage } from '../digest.js';
import { privateKeyOfSeed, publicKeyOfSpki, SEED_BYTES, seedOfPkcs8 } from '../edwards.js';
import { fromSpki } from '../fixed-spki.js';
import { spkiOf } from '../key-object.js';
import { mustBePair } from '../pairwise.js';
import { copyOf } from '../raw-key.js';
import { ownBuffer } from '../random.js';
import { Secret } from '../secret.js';
import { signQuick, verifyQuick } from '../sign-off-loop.js';
import { mustBeAlgorithm } from '../algorithm-names.js';
import { bytesFromWorker, RefusedByFunction, runInWorker, type WorkerCall } from '../worker-pool.js';

const NAMES = ['ed25519', 'ed25519ph'] as const;

/**
 * Ed25519 (RFC 8032 5.1, FIPS 186-5 7), and Ed25519ph with an empty context, for which OpenSSL 3.0 has no function: it is computed
 * in a worker. Material is the 32-byte seed.
 */
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
  return { signer: signer(createPublicKey(privateKey), { key: privateKey, seed: copyOf(material.bytes) }) };
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

/** @param own the private half */
function signer(publicKey: KeyObject, own?: { readonly key: KeyObject; readonly seed: Secret }): SigningKey {
  const verify: SigningKey['verify'] = async (algorithm, input, signature) => {
    const message = mustBeMessage(input);
    if (mustBeAlgorithm(algorithm, NAMES) === 'ed25519') {
      return verifyQuick(null, message, { key: publicKey }, signature);
    }
    return verifyPrehashed(spkiOf(publicKey), message, signature);
  };
  if (own === undefined) return { algorithms: NAMES, verify };
  return {
    algorithms: NAMES,
    sign: async (algorithm, input) => {
      const message = mustBeMessage(input);
      if (mustBeAlgorithm(algorithm, NAMES) === 'ed25519') return signQuick(null, message, { key: own.key });
      return bytesFromWorker(prehashed('sign', [message, own.seed.bytes]));
    },
    verify,
  };
}

async function verifyPrehashed(spki: Buffer, message: Buffer, signature: Buffer): Promise<boolean> {
  const raw = Buffer.from(fromSpki(spki)?.raw ?? []);
  try {
    return (await runInWorker(prehashed('verify', [signature, message, raw]))) === true;
  } catch (error) {
    if (error instanceof RefusedByFunction) return false;
    throw error;
  }
}

function prehashed(name: 'sign' | 'verify', args: readonly Buffer[]): WorkerCall {
  return { module: '@noble/curves/ed25519.js', path: ['ed25519ph', name], args };
}
