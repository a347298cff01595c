import type { AwsAccount } from '../../keys/aws-account.js';
import type { EncryptionContext } from '../../keys/encryption-context.js';
import type { GrantConstraints } from '../../keys/key-grant.js';
import type { KeyRow } from '../../keys/records.js';
import type { Strength } from '../presented.js';

/** What an operation asks of a key, beyond what its name says. */
export interface AskedOfKey {
  /** Where it is another one than `kmsAction` says: `ReEncryptFrom`. */
  readonly action?: string;
  /** Values of condition keys, by what comes after `kms:` in lower case. */
  readonly facts?: Readonly<Record<string, string | readonly string[]>>;
  /** Of a grant that is to be made: whoever may make grants by a grant makes none that allows more. */
  readonly newGrant?: { readonly operations: readonly string[]; readonly constraints: GrantConstraints | null };
  /** Id of the grant that is to be retired. */
  readonly grant?: string;
}

/** A request, as the rules of a key see it. */
export interface KeyRequest {
  /** ARNs of who asks; none where the caller has no access key. */
  readonly principals: readonly string[];
  /** Who they are, or would be, in the account of the key: a deny goes on when an access key ends. */
  readonly names?: readonly string[];
  readonly action: string;
  readonly key: Pick<KeyRow, 'id' | 'spec' | 'usage' | 'origin' | 'tags' | 'multiRegion'>;
  /** What the key's keyring stands for. */
  readonly account: AwsAccount | undefined;
  readonly context: EncryptionContext | undefined;
  readonly source: string | null;
  readonly strength: Strength;
  readonly now: number;
  readonly asked: AskedOfKey;
}

export function rootArn(accountId: string): string {
  return `arn:aws:iam::${accountId}:root`;
}

export function userArn(accountId: string, name: string): string {
  return `arn:aws:iam::${accountId}:user/${name}`;
}
