/** A record with its place in the log. */
export interface PlacedEntry {
  readonly index: number;
  /** The bytes in the log: canonical JSON of an object. */
  readonly entry: Buffer;
}

/** A place to which every record is brought, in their order, each at least once. */
export interface RecordTarget {
  /** Without secrets; two addresses have two names. */
  readonly name: string;
  /** Taken over by somebody else when it resolves. */
  send(records: readonly PlacedEntry[]): Promise<void>;
}
