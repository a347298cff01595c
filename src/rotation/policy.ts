import { HOUR } from './duration.js';
import type { Window } from './window.js';

/** A policy that rotates more often makes more versions than anybody can use. */
export const LEAST_ROTATION_MS = HOUR;

/** What a security admin says of the life of keys, read and checked. Durations are milliseconds, moments milliseconds since the epoch. */
export interface Policy {
  readonly rotate?: RotateRules;
  readonly retire?: RetireRules;
  readonly destroy?: DestroyRule;
  readonly expire?: ExpireRules;
  readonly unused?: { readonly after: number };
  readonly notify?: { readonly before: readonly number[] };
  readonly revoke?: RevokeRule;
}

/** Whichever comes first. */
export interface RotateRules {
  /** Since the primary version was made. */
  readonly every?: number;
  readonly cron?: string;
  /** IANA name; of `cron` and of `window`. Default UTC. */
  readonly timeZone?: string;
  /** Counted on the primary version, which is left for an hour at least. */
  readonly afterMessages?: number;
  readonly afterBytes?: number;
  /** A rotation by time waits for it. One by count does not: it is a limit of the cryptography. */
  readonly window?: Window;
  /** A rotation by time is put off by a part of this, which is fixed for each version of each key. */
  readonly spread?: number;
}

/** Whichever comes first: an older version stops decrypting and verifying. */
export interface RetireRules {
  /** Since it stopped being primary. */
  readonly after?: number;
  /** Since it was last used. */
  readonly unused?: number;
}

export interface DestroyRule {
  /** Since the version was retired, and since anybody last tried to use it. */
  readonly after: number;
  /** So many versions keep their material, the newest. Default 1. */
  readonly keepVersions: number;
}

/** The key is disabled. Whichever comes first. */
export interface ExpireRules {
  readonly at?: number;
  /** Since the key was made. */
  readonly after?: number;
}

/** What a version that is revoked as compromised still does. */
export interface RevokeRule {
  /** `decrypt-only`: it decrypts for callers with `decrypt.compromised`, and for nobody else. Default `block`. */
  readonly compromised: 'block' | 'decrypt-only';
  /** Such a revocation starts a campaign, so that applications leave the version behind. Default false. */
  readonly campaign?: boolean;
}

/** A policy in the words in which it was given: JSON, such as `{"rotate": {"every": "90d"}}`. */
export type PolicyDocument = Readonly<Record<string, unknown>>;
