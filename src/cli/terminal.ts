import type { Readable, Writable } from 'node:stream';

/** What a command has around it: the process's own streams and environment, or a test's. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** Ends everything that is under way: Ctrl-C. */
  readonly signal: AbortSignal;
}
