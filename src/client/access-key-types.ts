import type { CreateTokenInput, ListedToken } from './caller-types.js';

export interface CreateAccessKeyInput extends CreateTokenInput {
  /** Of an AWS account: twelve digits. */
  readonly accountId: string;
  /** Whether it is the account's root principal. Default false: the caller's own bindings decide. */
  readonly root?: boolean;
  /** Good only together with a session token, for an hour by default, 36 at most. */
  readonly temporary?: boolean;
}

export interface AccessKey extends ListedToken {
  readonly accessKeyId: string;
  readonly accountId: string;
  readonly root: boolean;
}

export interface NewAccessKey extends AccessKey {
  /** Shown once. */
  readonly secretAccessKey: string;
  /** Of a temporary one: shown once, too. */
  readonly sessionToken?: string;
}
