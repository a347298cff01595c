import type { LatticeSpec } from './lattice-native.js';
import { Secret } from './secret.js';
import { fieldsFromWorker, type WorkerCall } from './worker-pool.js';

/** One function of @noble/post-quantum for one spec (`sign`, `internal.sign`), in a worker: pure JavaScript, some 20 times slower than native. */
export function portableCall(spec: LatticeSpec, name: string, args: readonly unknown[]): WorkerCall {
  const [, family, size] = /^ml-(dsa|kem)-(\d+)$/.exec(spec)!;
  return { module: `@noble/post-quantum/ml-${family}.js`, path: [`ml_${family}${size}`, ...name.split('.')], args };
}

export interface ExpandedSeed {
  /** The expanded private key of FIPS 203 or 204. */
  readonly secretKey: Secret;
  readonly publicKey: Buffer;
}

/** Expands a seed with the first use and keeps the result; a failure is not kept. Owns a copy of the seed. */
export function expandOnce(spec: LatticeSpec, seed: Secret): () => Promise<ExpandedSeed> {
  let pending: Promise<ExpandedSeed> | undefined;
  const expand = async (): Promise<ExpandedSeed> => {
    try {
      const made = await fieldsFromWorker(portableCall(spec, 'keygen', [seed.bytes]));
      return { secretKey: new Secret(made('secretKey')), publicKey: made('publicKey') };
    } catch (error) {
      pending = undefined;
      throw error;
    }
  };
  return () => (pending ??= expand());
}
