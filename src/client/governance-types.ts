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

export interface Settings {
  /** Of what is in no keyring. */
  readonly dualControl: DualControl | null;
}
