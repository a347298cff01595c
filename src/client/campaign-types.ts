import type { EncryptionContext } from './encryption-context.js';
import type { KeysteadError } from './keystead-error.js';
import type { Duration } from './policy-types.js';
import type { Timestamp } from './resource-types.js';

export type CampaignState = 'open' | 'closed' | 'cancelled';

export interface StartCampaignInput {
  /** Id, name or alias of a symmetric encryption key. */
  readonly key: string;
  /** The versions to be left behind. */
  readonly from: readonly number[];
  readonly to?: 'primary';
  /** Without use of the old versions for so long, it closes by itself. Default 30d. */
  readonly quiet?: Duration;
}

/** Ciphertexts. */
export interface RewrapCounts {
  readonly rewrapped: number;
  /** Done before. */
  readonly skipped: number;
  readonly failed: number;
}

/** What applications are asked to do: to move their ciphertexts from old versions of a key to its primary. */
export interface Campaign extends RewrapCounts {
  readonly id: string;
  /** Id of the keyring. */
  readonly keyring: string;
  readonly keyId: string;
  readonly from: readonly number[];
  /** Ciphertexts under this version or a newer one are done. */
  readonly to: number;
  readonly state: CampaignState | (string & {});
  readonly quiet: Duration;
  readonly reportedAt: Timestamp | null;
  readonly reportedBy: string | null;
  readonly startedAt: Timestamp;
  readonly startedBy: string;
  readonly endedAt: Timestamp | null;
  /** `system:rotation`: it was quiet for long enough. */
  readonly endedBy: string | null;
}

export interface CampaignProgress extends Campaign {
  /** In the header of every ciphertext of the key. */
  readonly lineageId: string;
  /** How the key's ciphertexts were read since the start. */
  readonly traffic: {
    readonly decryptions: number;
    readonly underOld: number;
    /** 0 to 1; null: there was no traffic. */
    readonly oldShare: number | null;
    readonly lastUsedAt: Timestamp | null;
    readonly lastUsedBy: string | null;
  };
  /** Unless an old version is used again; null: it has ended. */
  readonly closesAt: Timestamp | null;
}

export interface CampaignFilters {
  /** Id or name. Default: all that you may see. */
  readonly keyring?: string;
  /** Of that keyring, or of `default`. */
  readonly key?: string;
  readonly state?: CampaignState;
}

/** A call by which data keys were wrapped under a version. */
export interface ExposedDataKeys {
  /** Id of the audit record. */
  readonly record: string;
  readonly at: Timestamp;
  readonly operation: string;
  readonly dataKeys: number;
  readonly caller: string;
  readonly callerName: string | null;
  readonly source: string | null;
  readonly requestId: string;
  /** Names in their encryption contexts. */
  readonly context: readonly string[] | null;
}

/** A ciphertext of the application's own inventory. */
export interface RewrapItem {
  readonly ciphertext: Uint8Array;
  /** What it was encrypted with; the new one is bound to the same. */
  readonly context?: EncryptionContext | undefined;
}

/** What became of one item. `rewrapped`: put the new ciphertext in place of the old one. */
export type RewrapResult<Item extends RewrapItem = RewrapItem> =
  | {
      readonly item: Item;
      readonly outcome: 'rewrapped';
      readonly ciphertext: Buffer;
      readonly version: number;
      /** It was under a compromised version: whoever has the key could have made it. */
      readonly authentic?: false;
    }
  | { readonly item: Item; readonly outcome: 'skipped' }
  | { readonly item: Item; readonly outcome: 'failed'; readonly error: KeysteadError };

export interface RewrapOptions {
  /** Id of an open campaign. */
  readonly campaign: string;
  /** Ciphertexts in one request, 1 to 10,000. Default 500. */
  readonly batch?: number;
  /** At most so often the campaign is told of the progress. Default 5,000. */
  readonly reportEveryMs?: number;
  /** A report that fails does not stop the work. */
  readonly onReportError?: (error: unknown) => void;
}
