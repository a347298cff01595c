import { KmsError } from '../errors.js';
import type { Algorithm, GeneratedKey } from './algorithm.js';
import type { KeySpec, KeyUsage } from './key-spec.js';
import { ownBuffer } from './random.js';
import { Secret } from './secret.js';

/** What all keys that are just random bytes have in common; their file adds `load`. */
export interface RawKeyShape {
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
  readonly generatedBytes: number;
  /** What an imported key may be; unset: `generatedBytes` exactly. */
  readonly acceptedBytes?: { readonly min: number; readonly max: number };
}

export function rawKey(shape: RawKeyShape): Omit<Algorithm, 'load'> {
  const { min, max } = shape.acceptedBytes ?? { min: shape.generatedBytes, max: shape.generatedBytes };
  return {
    spec: shape.spec,
    usages: [shape.usage],
    generate: async () => ({ material: new Secret(ownBuffer(shape.generatedBytes)) }),
    accept: async (bytes): Promise<GeneratedKey> => {
      if (bytes.length < min || bytes.length > max) {
        const expected = min === max ? `${min}` : `${min} to ${max}`;
        throw new KmsError(
          'invalid-key-material',
          `A key of spec ${shape.spec} has ${expected} bytes, not ${bytes.length}.`,
        );
      }
      return { material: copyOf(bytes) };
    },
    toExport: (material) => copyOf(material.bytes),
    loadPublic: () => {
      throw new KmsError('unsupported-operation', `A key of spec ${shape.spec} has no public key.`);
    },
  };
}

/** Own memory for secret bytes: zeroing the original leaves the copy, and the other way round. */
export function copyOf(bytes: Buffer): Secret {
  const own = Buffer.alloc(bytes.length);
  bytes.copy(own);
  return new Secret(own);
}
