import type { Secret } from '../crypto/secret.js';

/** A 32-byte key as a root gives it out. Everything here may be stored in the database. */
export interface WrappedByRoot {
  /** `RootKey.id` of the root that wrapped it. */
  readonly rootId: string;
  /** The root's version that wrapped it, from 1. */
  readonly rootVersion: number;
  /** Opaque; its format belongs to the provider. */
  readonly blob: Buffer;
}

/**
 * The key above all keys: it wraps 32-byte keys and never leaves its provider. Type and injection token in one.
 * Every method but `close` throws KmsError `root-unavailable` when the provider cannot be reached (the detail says what
 * to do), `wrong-root-key` when what it reaches is not this root, and `shutting-down` after `close`.
 */
export abstract class RootKey {
  /** Stable identity of provider and key, stored beside each wrapping. Neither a secret, nor a host, nor a file path. */
  abstract readonly id: string;

  /**
   * @param key     exactly 32 bytes; stays the caller's, who destroys it
   * @param context any bytes: the same must be given to `unwrap`
   * @returns the key wrapped under the newest root version
   */
  abstract wrap(key: Secret, context: Buffer): Promise<WrappedByRoot>;

  /**
   * @returns the 32-byte key; the caller destroys it
   * @throws KmsError wrong-root-key: wrapped by another root, under another context, or changed since
   */
  abstract unwrap(wrapped: WrappedByRoot, context: Buffer): Promise<Secret>;

  /** Makes a new version, which wraps from now on, and returns its number. Old versions still unwrap. */
  abstract rotate(): Promise<number>;

  /** The version that `wrap` uses now, also when another process rotated. */
  abstract newestVersion(): Promise<number>;

  /** Cheap proof that the root is there and usable: resolves or throws. */
  abstract check(): Promise<void>;

  /** Forgets keys and credentials and stops background work. Never throws; a second call does nothing. */
  abstract close(): Promise<void>;
}
