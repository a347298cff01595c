/** A full subtree of 2^height leaves: its hash. */
export interface Subtree {
  readonly hash: Uint8Array;
  readonly height: number;
}

/** A log as somebody has it, who may have changed it. */
export interface LogSource {
  /** The index of the first record that it has: those before were dropped. */
  readonly minimumIndex?: number;
  /** The hashes of what was dropped, from the left; as large subtrees as the source has. */
  dropped?(): AsyncIterable<Subtree>;
  /** The bytes of the records from `from` up to, not including, `to`; fewer where it has fewer. */
  entries(from: number, to: number): AsyncIterable<Uint8Array>;
  /** What it says their leaf hashes are; undefined where nobody has them. */
  hashes?(from: number, to: number): AsyncIterable<Uint8Array>;
}
