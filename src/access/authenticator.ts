import type { AccessView } from './access-view.js';
import type { Digest, SpentCode } from './factors.js';
import type { Issuers } from './issuers.js';
import type { Presented, Strength } from './presented.js';
import type { CredentialRow } from './records.js';
import type { Refusal } from './refusal.js';

/** What authenticators work with. */
export interface Evidence {
  readonly access: AccessView;
  readonly issuers: Issuers;
  /** The keyed digest under which the secret of a token is kept. */
  readonly digest: Digest;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The credentials that the proof fits, ended ones too; or why it fits none. */
export type Finding =
  | {
      readonly credentials: readonly CredentialRow[];
      readonly strength: Strength;
      readonly about?: string;
      /** Ids of the groups that a JWT names. */
      readonly groups?: readonly string[];
      /** Of a password: the code that went with it, good once. */
      readonly spent?: SpentCode;
      /** For which a request was signed. */
      readonly region?: string;
    }
  | {
      readonly refusal: Refusal;
      /** Whom a proof that holds named, or why it does not hold. Never a secret. */
      readonly about?: string;
    };

/** One way to prove who one is. Decides from what it is given, and changes nothing. */
export type Authenticator<P extends Presented> = (presented: P, evidence: Evidence) => Finding | Promise<Finding>;
