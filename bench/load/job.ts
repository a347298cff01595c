/** What the load generator is told to do. */
export interface LoadJob {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Of every connection between an answer and its next request; default none. */
  readonly pauseMs?: number;
  /** Whole HTTP requests; every connection sends them in turn, starting at another one. */
  readonly requests: readonly string[];
}

/** And what it saw. */
export interface LoadResult {
  /** Answered with 200. */
  readonly answered: number;
  /** Answered with anything else. */
  readonly refused: number;
  /** The first answer that was not 200. */
  readonly firstRefusal: string | undefined;
  readonly seconds: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** CPU time of the generator itself. */
  readonly cpuUs: number;
}
