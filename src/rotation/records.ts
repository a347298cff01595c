import type { PolicyDocument } from './policy.js';

/** A keyring's policies, or a key's own. `revision` is the keyring's revision at which the row was written. */
export interface PolicyRow {
  readonly keyringId: string;
  /** `keyring`, or the id of a key. */
  readonly target: string;
  /** null: none is set. */
  readonly document: PolicyDocument | null;
  /** When the document was set or removed. */
  readonly setAt: Date;
  /** Of a keyring: the policies for keys with certain tags. */
  readonly selectors: readonly SelectorDocument[];
  readonly revision: number;
}

export interface SelectorDocument {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly policy: PolicyDocument;
  /** ISO 8601. */
  readonly setAt: string;
}

/** The policy rows that decide about a key. */
export interface PolicyRows {
  readonly own: PolicyRow | undefined;
  readonly keyring: PolicyRow | undefined;
}
