/** A server under measurement. */
export interface Target {
  readonly name: string;
  readonly port: number;
  /** Processes whose CPU time counts, by part. */
  readonly parts: Readonly<Record<string, ProcessGroup>>;
  stop(): Promise<void>;
}

/** One process, or one with its children. */
export interface ProcessGroup {
  readonly pid: number;
  readonly withChildren: boolean;
}
