import type { Key, Timestamp } from './resource-types.js';

/** `90d`, `12h`, or ISO 8601: `P90D`. */
export type Duration = string;

/** How keys must live. What is left out does not happen. */
export interface Policy {
  /** A new primary version: whichever comes first. */
  readonly rotate?: {
    readonly every?: Duration;
    /** Minute, hour, day, month, weekday. */
    readonly cron?: string;
    /** Of `cron` and `window`. Default UTC. */
    readonly timeZone?: string;
    readonly afterMessages?: number;
    /** `1TiB`, or a number. */
    readonly afterBytes?: string | number;
    readonly window?: { readonly days?: readonly string[]; readonly from: string; readonly to: string };
    readonly spread?: Duration;
  };
  /** Older versions decrypt and verify no more: whichever comes first. */
  readonly retire?: { readonly after?: Duration; readonly unused?: Duration };
  /** Retired versions lose their material for ever. */
  readonly destroy?: { readonly after: Duration; readonly keepVersions?: number };
  /** The key is disabled: whichever comes first. */
  readonly expire?: { readonly at?: Timestamp; readonly after?: Duration };
  /** The key is disabled. */
  readonly unused?: { readonly after: Duration };
  readonly notify?: { readonly before: readonly Duration[] };
  readonly revoke?: { readonly compromised?: 'block' | 'decrypt-only'; readonly campaign?: boolean };
}

export interface PolicyWarning {
  readonly rule: string;
  readonly warning: string;
}

export interface SourcedPolicy {
  /** `key`, `selector/<name>` or `keyring`. */
  readonly source: string;
  readonly policy: Policy;
  readonly setAt: Timestamp;
}

/** As `keys.get` shows it. */
export interface KeyWithPolicy extends Key {
  /** The one in force. */
  readonly policy: SourcedPolicy | null;
  /** null: by no rule that can be foreseen. */
  readonly nextRotationAt: Timestamp | null;
}

export interface KeyPolicy {
  readonly keyId: string;
  /** It holds as a whole. */
  readonly inForce: SourcedPolicy | null;
  /** All that match the key, the one that holds first. */
  readonly candidates: readonly SourcedPolicy[];
  readonly nextRotationAt: Timestamp | null;
  readonly upcoming: readonly {
    readonly action: string;
    readonly rule: string;
    readonly at: Timestamp;
    readonly version: number | null;
  }[];
  readonly warnings: readonly PolicyWarning[];
}

export interface KeyringPolicies {
  readonly policy: Policy | null;
  readonly setAt: Timestamp | null;
  readonly selectors: readonly {
    readonly name: string;
    readonly tags: Readonly<Record<string, string>>;
    readonly policy: Policy;
    readonly setAt: Timestamp;
    readonly warnings: readonly PolicyWarning[];
  }[];
  readonly warnings: readonly PolicyWarning[];
}

export interface SimulateInput {
  /** As if it were set for the key, for the tags, or else for the keyring. Default: the policies that are in force. */
  readonly policy?: Policy;
  /** Only this key: id, name or alias. */
  readonly key?: string;
  /** Only keys that have all of them. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Default 365. */
  readonly days?: number;
}

export interface SimulatedAction {
  readonly at: Timestamp;
  readonly keyId: string;
  readonly keyName: string | null;
  readonly action: string;
  readonly rule: string;
  readonly version: number | null;
  /** When the version was used last, if that is not long ago. */
  readonly usedAt: Timestamp | null;
}

export interface Simulation {
  readonly from: Timestamp;
  readonly until: Timestamp;
  readonly keys: number;
  /** Further keys, on which the policy has no effect: a closer one holds. */
  readonly closer: number;
  readonly rotated: number;
  readonly retired: number;
  readonly destroyed: number;
  readonly disabled: number;
  readonly inUse: number;
  readonly actions: readonly SimulatedAction[];
  readonly more: boolean;
  readonly warnings: readonly PolicyWarning[];
}

export interface VersionUsage {
  readonly keyId: string;
  readonly version: number;
  readonly encryptions: number;
  readonly decryptions: number;
  readonly signatures: number;
  readonly verifications: number;
  /** Calls that needed the version and were refused for its state. */
  readonly refused: number;
  readonly bytes: number;
  readonly lastUsedAt: Timestamp | null;
  /** Id of the caller. */
  readonly lastUsedBy: string | null;
}
