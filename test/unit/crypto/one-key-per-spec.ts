import type { GeneratedKey } from '../../../src/crypto/algorithm.js';
import { algorithmFor } from '../../../src/crypto/algorithms.js';
import type { KeySpec } from '../../../src/crypto/key-spec.js';

const keys = new Map<KeySpec, Promise<GeneratedKey>>();

/** One generated key per spec for a whole test file: RSA takes its time. */
export function keyOf(spec: KeySpec): Promise<GeneratedKey> {
  const made = keys.get(spec) ?? algorithmFor(spec).generate();
  keys.set(spec, made);
  return made;
}

export function bitFlipped(bytes: Buffer, at = bytes.length >> 1): Buffer {
  const changed = Buffer.from(bytes);
  changed[at]! ^= 1;
  return changed;
}
