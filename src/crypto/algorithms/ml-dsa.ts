import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Algorithm, GeneratedKey, SigningKey } from '../algorithm.js';
import { mustBeMessage } from '../digest.js';
import { fromSpki, toSpki } from '../fixed-spki.js';
import { notAPublicKey, readSpki, spkiOf } from '../key-object.js';
import { preferredBackend, privateKeyOfLatticeSeed, type LatticeBackend, type MlDsaSpec } from '../lattice-native.js';
import { expandOnce, portableCall } from '../lattice-portable.js';
import { mustBePair } from '../pairwise.js';
import { copyOf, rawKey } from '../raw-key.js';
import type { Secret } from '../secret.js';
import { signOffLoop, verifyOffLoop } from '../sign-off-loop.js';
import { mustBeAlgorithm } from '../algorithm-names.js';
import { bytesFromWorker, RefusedByFunction, runInWorker } from '../worker-pool.js';

const NAMES = ['ml-dsa'] as const;

type Sign = (message: Buffer) => Promise<Buffer>;
type Verify = (message: Buffer, signature: Buffer) => Promise<boolean>;

/** ML-DSA (FIPS 204), pure and hedged, with an empty context. Material is the 32-byte seed ξ. */
export function mlDsa(spec: MlDsaSpec, backend: LatticeBackend = preferredBackend()): Algorithm {
  const { load, loadPublic, publicKeyOf } = backend === 'native' ? nativeKeys(spec) : portableKeys(spec);
  const seeds = rawKey({ spec, usage: 'sign-verify', generatedBytes: 32 });
  const paired = async (material: Secret): Promise<GeneratedKey> => {
    const publicKey = await publicKeyOf(material);
    await mustBePair({ signer: load(material) }, { signer: loadPublic(publicKey) });
    return { material, publicKey };
  };
  return {
    ...seeds,
    generate: async () => paired((await seeds.generate()).material),
    accept: async (bytes) => paired((await seeds.accept(bytes)).material),
    load: (material) => ({ signer: load(material) }),
    loadPublic: (spki) => ({ signer: loadPublic(spki) }),
  };
}

interface MlDsaKeys {
  readonly load: (material: Secret) => SigningKey;
  readonly loadPublic: (spki: Buffer) => SigningKey;
  readonly publicKeyOf: (material: Secret) => Promise<Buffer>;
}

function nativeKeys(spec: MlDsaSpec): MlDsaKeys {
  return {
    load: (material) => {
      const key = privateKeyOfLatticeSeed(spec, material.bytes);
      return signer(nativeVerify(createPublicKey(key)), (message) => signOffLoop(null, message, { key }));
    },
    loadPublic: (spki) => {
      rawPublicKey(spec, spki);
      return signer(nativeVerify(readSpki(spki, spec)));
    },
    publicKeyOf: async (material) => spkiOf(privateKeyOfLatticeSeed(spec, material.bytes)),
  };
}

function nativeVerify(key: KeyObject): Verify {
  return (message, signature) => verifyOffLoop(null, message, { key }, signature);
}

function portableKeys(spec: MlDsaSpec): MlDsaKeys {
  return {
    load: (material) => {
      const expanded = expandOnce(spec, copyOf(material.bytes));
      return signer(
        portableVerify(spec, async () => (await expanded()).publicKey),
        async (message) => {
          const { secretKey } = await expanded();
          return bytesFromWorker(portableCall(spec, 'sign', [message, secretKey.bytes]));
        },
      );
    },
    loadPublic: (spki) => {
      const raw = rawPublicKey(spec, spki);
      return signer(portableVerify(spec, async () => raw));
    },
    publicKeyOf: async (material) => toSpki(spec, (await expandOnce(spec, material)()).publicKey),
  };
}

function portableVerify(spec: MlDsaSpec, publicKey: () => Promise<Buffer>): Verify {
  return async (message, signature) => {
    try {
      return (await runInWorker(portableCall(spec, 'verify', [signature, message, await publicKey()]))) === true;
    } catch (error) {
      if (error instanceof RefusedByFunction) return false;
      throw error;
    }
  };
}

function signer(verify: Verify, sign?: Sign): SigningKey {
  const verifying: SigningKey = {
    algorithms: NAMES,
    verify: async (algorithm, input, signature) => {
      mustBeAlgorithm(algorithm, NAMES);
      return verify(mustBeMessage(input), signature);
    },
  };
  if (sign === undefined) return verifying;
  return {
    ...verifying,
    sign: async (algorithm, input) => {
      mustBeAlgorithm(algorithm, NAMES);
      return sign(mustBeMessage(input));
    },
  };
}

function rawPublicKey(spec: MlDsaSpec, spki: Buffer): Buffer {
  const found = fromSpki(spki);
  if (found?.spec !== spec) throw notAPublicKey(spec);
  return Buffer.from(found.raw);
}
