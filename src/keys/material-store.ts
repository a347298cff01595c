import type { KeyRow, VersionRow } from './records.js';

/** A version's wrapped material with what it is bound to. Not verified by tag: unwrapping it is the proof. */
export interface StoredMaterial {
  readonly key: Pick<KeyRow, 'keyringId' | 'id' | 'spec' | 'usage' | 'exportable' | 'origin'>;
  readonly row: Pick<VersionRow, 'version' | 'publicKey' | 'wrappingVersion'> & { readonly material: Buffer };
}

/** The wrapped materials of a keyring, as a rewrap moves them from one wrapping version to another. */
export abstract class MaterialStore {
  /** Materials that are not under `wrappingVersion`, in no order, the same ones until they are replaced. */
  abstract nextBatch(keyringId: string, notWrappingVersion: number, limit: number): Promise<StoredMaterial[]>;

  /**
   * Replaces the material of a version if it is still under `fromWrappingVersion`; nodes let go of what they cached of it.
   * @returns whether it was: of two that move it, one wins
   */
  abstract replace(
    keyId: string,
    version: number,
    fromWrappingVersion: number,
    material: Buffer,
    toWrappingVersion: number,
  ): Promise<boolean>;

  /** How many materials are under each wrapping version, all at one moment; a version without any is left out. */
  abstract countByWrapping(keyringId: string): Promise<ReadonlyMap<number, number>>;

  /** Import tokens whose private key is under another wrapping version: dropped, their callers ask for new ones. */
  abstract dropImportTokens(keyringId: string, notWrappingVersion: number): Promise<void>;
}
