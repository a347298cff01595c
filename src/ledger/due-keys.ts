/**
 * Every key with a policy is looked at this often, whatever was foreseen: whoever puts it off in the database
 * puts it off for so long.
 */
export const LONGEST_REST_MS = 7 * 86_400_000;

/** When a key is looked at next, and what else of its policy a query must know. */
export interface NextLook {
  readonly keyringId: string;
  readonly keyId: string;
  /** At most `LONGEST_REST_MS` ahead. */
  readonly dueAt: Date;
  /** The primary version's use that makes it due, whatever the time. */
  readonly afterMessages: number | null;
  readonly afterBytes: number | null;
  /** What was due to be told up to this moment has been told; null: nothing yet. */
  readonly toldThrough: Date | null;
}

/** A key that this node looks at now, and no other for a while. */
export interface ClaimedKey {
  readonly keyringId: string;
  readonly keyId: string;
  /** How often in a row it failed. */
  readonly failures: number;
  /** Grows whenever something about the key changed. */
  readonly marks: number;
}

export interface Settled {
  readonly claimed: ClaimedKey;
  /** undefined: no policy wants anything of it. */
  readonly next: NextLook | undefined;
}

/**
 * Which keys the schedule looks at, and when: a projection of the policies, which only finds. It is kept by `Ledger.change`,
 * whose every change of a key or a policy makes the keys due that it is about; those of a whole keyring by and by (`spread`).
 */
export abstract class DueKeys {
  /**
   * Takes keys that are due at `now`, the longest due first, for a minute: a node that dies lets go. Keys that another node has
   * taken are skipped.
   */
  abstract claim(now: Date, limit: number): Promise<ClaimedKey[]>;

  /** Nothing is to be done with them now. Without effect on a key that changed since it was claimed: it stays due. */
  abstract settle(looks: readonly Settled[]): Promise<void>;

  /** It failed. @param at when to try again */
  abstract retry(claimed: ClaimedKey, at: Date): Promise<void>;

  abstract find(keyId: string): Promise<Pick<NextLook, 'toldThrough'> | undefined>;

  /** How many keys failed when they were last looked at, or have been due since before `since`. */
  abstract countOverdue(since: Date): Promise<number>;

  /**
   * Where a policy of a whole keyring changed, makes further ones of its keys due.
   * @param limit so many
   * @returns whether there was such a keyring
   */
  abstract spread(limit: number): Promise<boolean>;

  /** Makes keys due that have a policy, and no row here or one that nobody here wrote. @returns how many */
  abstract restore(now: Date): Promise<number>;
}
