export interface DualControlInput {
  /** How many must approve. */
  readonly approvers: number;
  /** Operations that need it, besides the guarded ones, which always do. */
  readonly operations?: readonly string[];
  /** Seconds, or a text such as `24h`. */
  readonly expiresIn?: number | string;
}

export interface DualControl {
  readonly approvers: number;
  readonly operations: readonly string[];
  /** Seconds for which a request may be decided and executed. */
  readonly lifetime: number;
}

export interface CredentialPolicy {
  /** Seconds without use after which a credential is revoked. */
  readonly unusedAfter: number;
  /** ISO 8601; what was unused before counts from here. */
  readonly setAt: string;
}

export interface UpdateSettingsInput {
  /** Of what is in no keyring; null: none. */
  readonly dualControl?: DualControlInput | null;
  /** Revokes credentials that were unused for so long (seconds, or a text such as `90d`), or that expired; null: none. */
  readonly credentialPolicy?: { readonly unusedAfter: number | string } | null;
}

export interface Settings {
  /** Of what is in no keyring. */
  readonly dualControl: DualControl | null;
  readonly credentialPolicy: CredentialPolicy | null;
}
