import { createPublicKey, type KeyObject } from 'node:crypto';
import { KmsError } from '../../errors.js';
import type { Algorithm, GeneratedKey, SigningInput, SigningKey } from '../algorithm.js';
import { mustBeMessage } from '../digest.js';
import { fromSpki, toSpki } from '../fixed-spki.js';
import { notAPublicKey, readSpki, spkiOf } from '../key-object.js';
import { preferredBackend, privateKeyOfLatticeSeed, type LatticeBackend, type MlDsaSpec } from '../lattice-native.js';
import { expandOnce, portableCall, type ExpandedSeed } from '../lattice-portable.js';
import { mustBePair } from '../pairwise.js';
import { copyOf, rawKey } from '../raw-key.js';
import type { Secret } from '../secret.js';
import { signOffLoop, verifyOffLoop } from '../sign-off-loop.js';
import { mustBeAlgorithm } from '../algorithm-names.js';
import { bytesFromWorker, RefusedByFunction, runInWorker, type WorkerCall } from '../worker-pool.js';

const NAMES = ['ml-dsa', 'ml-dsa-external-mu'] as const;
const MU_BYTES = 64;

/** What is signed: a message, or its representative μ, which is computed with in a worker: Node has no function for it. */
type Form = 'message' | 'mu';

type Sign = (message: Buffer) => Promise<Buffer>;
type Verify = (message: Buffer, signature: Buffer) => Promise<boolean>;
type OfForms<F> = { readonly [Name in Form]: F };

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
      const publicKey = createPublicKey(key);
      const raw = rawPublicKey(spec, spkiOf(key));
      const mu = portableSign(spec, expandOnce(spec, copyOf(material.bytes)), 'mu');
      return signer(nativeVerify(spec, publicKey, raw), {
        message: (message) => signOffLoop(null, message, { key }),
        mu,
      });
    },
    loadPublic: (spki) => {
      const raw = rawPublicKey(spec, spki);
      return signer(nativeVerify(spec, readSpki(spki, spec), raw));
    },
    publicKeyOf: async (material) => spkiOf(privateKeyOfLatticeSeed(spec, material.bytes)),
  };
}

function nativeVerify(spec: MlDsaSpec, key: KeyObject, raw: Buffer): OfForms<Verify> {
  return {
    message: (message, signature) => verifyOffLoop(null, message, { key }, signature),
    mu: portableVerify(spec, async () => raw, 'mu'),
  };
}

function portableKeys(spec: MlDsaSpec): MlDsaKeys {
  const verifying = (publicKey: () => Promise<Buffer>): OfForms<Verify> => ({
    message: portableVerify(spec, publicKey, 'message'),
    mu: portableVerify(spec, publicKey, 'mu'),
  });
  return {
    load: (material) => {
      const expanded = expandOnce(spec, copyOf(material.bytes));
      return signer(
        verifying(async () => (await expanded()).publicKey),
        { message: portableSign(spec, expanded, 'message'), mu: portableSign(spec, expanded, 'mu') },
      );
    },
    loadPublic: (spki) => {
      const raw = rawPublicKey(spec, spki);
      return signer(verifying(async () => raw));
    },
    publicKeyOf: async (material) => toSpki(spec, (await expandOnce(spec, material)()).publicKey),
  };
}

function portableSign(spec: MlDsaSpec, expanded: () => Promise<ExpandedSeed>, form: Form): Sign {
  return async (message) => {
    const { secretKey } = await expanded();
    return bytesFromWorker(callOf(spec, 'sign', form, [message, secretKey.bytes]));
  };
}

function portableVerify(spec: MlDsaSpec, publicKey: () => Promise<Buffer>, form: Form): Verify {
  return async (message, signature) => {
    try {
      return (await runInWorker(callOf(spec, 'verify', form, [signature, message, await publicKey()]))) === true;
    } catch (error) {
      if (error instanceof RefusedByFunction) return false;
      throw error;
    }
  };
}

function callOf(spec: MlDsaSpec, name: 'sign' | 'verify', form: Form, args: readonly Buffer[]): WorkerCall {
  if (form === 'message') return portableCall(spec, name, args);
  return portableCall(spec, `internal.${name}`, [...args, { externalMu: true }]);
}

function signer(verify: OfForms<Verify>, sign?: OfForms<Sign>): SigningKey {
  const verifying: SigningKey = {
    algorithms: NAMES,
    verify: async (algorithm, input, signature) => {
      const { form, bytes } = formOf(algorithm, input);
      return verify[form](bytes, signature);
    },
  };
  if (sign === undefined) return verifying;
  return {
    ...verifying,
    sign: async (algorithm, input) => {
      const { form, bytes } = formOf(algorithm, input);
      return sign[form](bytes);
    },
  };
}

/** @throws KmsError invalid-request */
function formOf(algorithm: string, input: SigningInput): { readonly form: Form; readonly bytes: Buffer } {
  if (mustBeAlgorithm(algorithm, NAMES) === 'ml-dsa') return { form: 'message', bytes: mustBeMessage(input) };
  if ('digest' in input && input.digest.length === MU_BYTES) return { form: 'mu', bytes: input.digest };
  throw new KmsError(
    'invalid-request',
    `This algorithm signs the representative of a message, of ${MU_BYTES} bytes: send it as the digest.`,
  );
}

function rawPublicKey(spec: MlDsaSpec, spki: Buffer): Buffer {
  const found = fromSpki(spki);
  if (found?.spec !== spec) throw notAPublicKey(spec);
  return Buffer.from(found.raw);
}
