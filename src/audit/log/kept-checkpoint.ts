/** The newest checkpoint that this node has signed, kept outside the database: what is signed next must go on from it. */
export abstract class KeptCheckpoint {
  /** @returns undefined: nothing was ever signed here */
  abstract read(): Promise<string | undefined>;
  /** Durable when it resolves. */
  abstract write(note: string): Promise<void>;
}
