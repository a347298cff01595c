/** A log as somebody has it, who may have changed it. */
export interface LogSource {
  /** The bytes of the records from `from` up to, not including, `to`; fewer where it has fewer. */
  entries(from: number, to: number): AsyncIterable<Uint8Array>;
  /** What it says their leaf hashes are; undefined where nobody has them. */
  hashes?(from: number, to: number): AsyncIterable<Uint8Array>;
}
