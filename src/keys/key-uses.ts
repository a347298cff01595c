/** How a version was used: counts since it was made. */
export interface VersionUse {
  /** Also data keys and encapsulations. */
  readonly encryptions: number;
  /** Also decapsulations and shared secrets. */
  readonly decryptions: number;
  /** Also MACs. */
  readonly signatures: number;
  readonly verifications: number;
  /** Calls that named the version and were refused for its state: somebody still needs it. */
  readonly refused: number;
  /** Of messages, as they came in. */
  readonly bytes: number;
  readonly usedAt: Date;
  /** Id of the last caller. */
  readonly usedBy: string;
}

/** Use of versions, to be added to what is there. */
export interface CountedUse extends VersionUse {
  readonly keyId: string;
  readonly version: number;
}

/** How keys are used, as far as it is written down. */
export abstract class KeyUses {
  /** Adds the counts, all or none; then makes keys due whose policy wants a rotation after so many. */
  abstract add(uses: readonly CountedUse[]): Promise<void>;

  /** By key, then by version. */
  abstract find(keyIds: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<number, VersionUse>>>;
}
