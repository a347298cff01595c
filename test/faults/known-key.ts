import type { PersistentCaller } from './persistent-caller.js';

export const KEYS = '/api/v1/keyrings/default/keys';
export const ALIASES = '/api/v1/keyrings/default/aliases';

/** One use of one version of a key, and how to see later that the version still has the same material. */
export interface Proof {
  readonly version: number;
  readonly check: (caller: PersistentCaller) => Promise<boolean>;
}

/** What a writer knows of a key: all of it was acknowledged, or seen to have taken effect. */
export interface KnownKey {
  readonly id: string;
  readonly path: string;
  readonly usage: string;
  /** The calls that made it and its versions, under the Idempotency-Keys that they had. */
  readonly creation: { readonly idempotencyKey: string; readonly body: object };
  readonly rotations: string[];
  versions: number;
  state: 'enabled' | 'disabled';
  tags: Readonly<Record<string, string>>;
  readonly proofs: Proof[];
}
