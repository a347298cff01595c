/** What needs several people, in a keyring or in the install. */
export interface DualControl {
  /** How many must approve. */
  readonly approvers: number;
  /** Operations that need it, besides the guarded ones, which always do. */
  readonly operations: readonly string[];
  /** Seconds for which a request may be decided and executed. */
  readonly lifetime: number;
}
