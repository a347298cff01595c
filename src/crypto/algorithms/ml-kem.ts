import { createPublicKey, type KeyObject } from 'node:crypto';
import { KmsError } from '../../errors.js';
import type { Algorithm, GeneratedKey, KemKey } from '../algorithm.js';
import { fromSpki, toSpki } from '../fixed-spki.js';
import { notAPublicKey, readSpki, spkiOf } from '../key-object.js';
import {
  nativeKem,
  preferredBackend,
  privateKeyOfLatticeSeed,
  type LatticeBackend,
  type MlKemSpec,
} from '../lattice-native.js';
import { expandOnce, portableCall } from '../lattice-portable.js';
import { mustBePair } from '../pairwise.js';
import { copyOf, rawKey } from '../raw-key.js';
import { Secret } from '../secret.js';
import { bytesFromWorker, fieldsFromWorker } from '../worker-pool.js';

const CIPHERTEXT_BYTES = { 'ml-kem-512': 768, 'ml-kem-768': 1088, 'ml-kem-1024': 1568 } as const;
const Q = 3329;

type Encapsulate = KemKey['encapsulate'];

/** ML-KEM (FIPS 203). Material is the 64-byte seed d ‖ z; the shared secret has 32 bytes. */
export function mlKem(spec: MlKemSpec, backend: LatticeBackend = preferredBackend()): Algorithm {
  const { load, loadPublic, publicKeyOf } = backend === 'native' ? nativeKeys(spec) : portableKeys(spec);
  const seeds = rawKey({ spec, usage: 'encapsulate-decapsulate', generatedBytes: 64 });
  const paired = async (material: Secret): Promise<GeneratedKey> => {
    const publicKey = await publicKeyOf(material);
    await mustBePair({ kem: load(material) }, { kem: loadPublic(publicKey) });
    return { material, publicKey };
  };
  return {
    ...seeds,
    generate: async () => paired((await seeds.generate()).material),
    accept: async (bytes) => paired((await seeds.accept(bytes)).material),
    load: (material) => ({ kem: load(material) }),
    loadPublic: (spki) => ({ kem: loadPublic(spki) }),
  };
}

interface MlKemKeys {
  readonly load: (material: Secret) => KemKey;
  readonly loadPublic: (spki: Buffer) => KemKey;
  readonly publicKeyOf: (material: Secret) => Promise<Buffer>;
}

function nativeKeys(spec: MlKemSpec): MlKemKeys {
  return {
    load: (material) => {
      const key = privateKeyOfLatticeSeed(spec, material.bytes);
      return {
        encapsulate: nativeEncapsulate(createPublicKey(key)),
        decapsulate: async (ciphertext) =>
          new Secret(ownBytes(nativeKem().decapsulate(key, mustBeCiphertext(spec, ciphertext)))),
      };
    },
    loadPublic: (spki) => {
      rawPublicKey(spec, spki);
      return { encapsulate: nativeEncapsulate(readSpki(spki, spec)) };
    },
    publicKeyOf: async (material) => spkiOf(privateKeyOfLatticeSeed(spec, material.bytes)),
  };
}

/** On the event loop, like decapsulation: both take some 20 µs, less than it costs to wake a thread. */
function nativeEncapsulate(key: KeyObject): Encapsulate {
  return async () => {
    const { sharedKey, ciphertext } = nativeKem().encapsulate(key);
    return { sharedSecret: new Secret(ownBytes(sharedKey)), ciphertext: ownBytes(ciphertext) };
  };
}

function portableKeys(spec: MlKemSpec): MlKemKeys {
  return {
    load: (material) => {
      const expanded = expandOnce(spec, copyOf(material.bytes));
      return {
        encapsulate: portableEncapsulate(spec, async () => (await expanded()).publicKey),
        decapsulate: async (ciphertext) => {
          mustBeCiphertext(spec, ciphertext);
          const { secretKey } = await expanded();
          return new Secret(await bytesFromWorker(portableCall(spec, 'decapsulate', [ciphertext, secretKey.bytes])));
        },
      };
    },
    loadPublic: (spki) => {
      const raw = rawPublicKey(spec, spki);
      return { encapsulate: portableEncapsulate(spec, async () => raw) };
    },
    publicKeyOf: async (material) => toSpki(spec, (await expandOnce(spec, material)()).publicKey),
  };
}

function portableEncapsulate(spec: MlKemSpec, publicKey: () => Promise<Buffer>): Encapsulate {
  return async () => {
    const made = await fieldsFromWorker(portableCall(spec, 'encapsulate', [await publicKey()]));
    return { sharedSecret: new Secret(made('sharedSecret')), ciphertext: made('cipherText') };
  };
}

/** The same memory as a Buffer. */
function ownBytes(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function mustBeCiphertext(spec: MlKemSpec, ciphertext: Buffer): Buffer {
  const expected = CIPHERTEXT_BYTES[spec];
  if (ciphertext.length !== expected) {
    throw new KmsError(
      'invalid-request',
      `The ciphertext for ${spec} must be ${expected} bytes, not ${ciphertext.length}.`,
    );
  }
  return ciphertext;
}

/** The encapsulation key check of FIPS 203 7.2: its length, and every 12-bit coefficient below q. */
function rawPublicKey(spec: MlKemSpec, spki: Buffer): Buffer {
  const found = fromSpki(spki);
  if (found?.spec !== spec) throw notAPublicKey(spec);
  const raw = Buffer.from(found.raw);
  for (let i = 0; i + 3 <= raw.length - 32; i += 3) {
    const pair = raw.readUIntLE(i, 3);
    if ((pair & 0xfff) >= Q || pair >> 12 >= Q) throw notAPublicKey(spec);
  }
  return raw;
}
