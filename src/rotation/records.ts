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

export const CAMPAIGN_STATES = ['open', 'closed', 'cancelled'] as const;
export type CampaignState = (typeof CAMPAIGN_STATES)[number];

/** What applications are asked to do: to move their ciphertexts from old versions of a key to its primary. */
export interface CampaignRow {
  readonly id: string;
  readonly keyringId: string;
  readonly keyId: string;
  /** The old ones, in their order. */
  readonly fromVersions: readonly number[];
  /** The primary when it was started: what is under it, or a newer one, is done. */
  readonly toVersion: number;
  /** Milliseconds without use of the old versions after which it closes by itself. */
  readonly quietMs: number;
  /** Of the key up to the start: decryptions, and how many of them under the old versions. */
  readonly usesBefore: number;
  readonly oldUsesBefore: number;
  readonly state: CampaignState;
  /** What applications reported. */
  readonly rewrapped: number;
  readonly skipped: number;
  readonly failed: number;
  readonly reportedAt: Date | null;
  /** Id of the caller. */
  readonly reportedBy: string | null;
  readonly startedAt: Date;
  readonly startedBy: string;
  readonly endedAt: Date | null;
  /** Id of a caller; `system:rotation`: it was quiet for long enough. */
  readonly endedBy: string | null;
  readonly revision: number;
}
