import type { OperationName } from '../access/permissions.js';
import type { Resource } from '../access/grant.js';
import type { AskedOfKey } from '../access/key-rules/key-request.js';
import type { EncryptionContext } from '../keys/encryption-context.js';
import type { KeySnapshot } from '../keys/records.js';
import type { Change } from '../ledger/ledger.js';
import type { Arrival } from './arrival.js';
import type { Deps } from './deps.js';
import type { Guarded } from './guarded.js';

/** One thing that must be allowed before an operation runs. */
export interface Need {
  readonly permission: OperationName;
  readonly resource: Resource;
  /** What the operation binds: the same object that is authenticated with the ciphertext. */
  readonly context?: EncryptionContext | undefined;
  /** For the rules of the key, where it has any. */
  readonly asked?: AskedOfKey | undefined;
}

/** What an audit record says of the thing acted on. */
export interface Subject {
  readonly resource: string;
  readonly keyring?: string;
  readonly key?: string;
  readonly version?: number;
  /** Id of a second key that is used with it: the one that a ciphertext comes from. */
  readonly sourceKey?: string;
  readonly sourceVersion?: number;
}

/** What `resolve` found out, once: `run` sees nothing else of the world. */
export interface Resolved {
  readonly needs: readonly Need[];
  readonly subject: Subject;
  /** The keyrings whose revision decides, besides the install's. */
  readonly scopes: readonly string[];
  /** The key that it is about, where it is about one. */
  readonly snapshot?: KeySnapshot;
  /**
   * Immutable snapshots that were decided on, or texts that name a row and its revision: the same again mean the same decision.
   * An approval is bound to them.
   */
  readonly basis: readonly unknown[];
}

export interface Answer<Output> {
  readonly output: Output;
  /** Redacted facts for the record. */
  readonly detail?: Readonly<Record<string, unknown>>;
  /** Where the subject is only known afterwards: a new key, the version that a header named. */
  readonly subject?: Subject;
}

/** Uses keys or reads; changes nothing. Its record is durable before the answer leaves. */
export interface UseOperation<Input, R extends Resolved, Output> {
  readonly name: OperationName;
  resolve(deps: Deps, input: Input, arrival: Arrival): Promise<R>;
  run(deps: Deps, resolved: R, input: Input, arrival: Arrival): Answer<Output> | Promise<Answer<Output>>;
}

/** Commits one change of state: authority is checked again and the record is written in the same transaction. */
export type Commit = <Output>(
  scopes: readonly string[],
  work: (change: Change) => Promise<ChangeAnswer<Output>>,
) => Promise<Output>;

export interface ChangeAnswer<Output> extends Answer<Output> {
  /** What was made, for a repeat under the same idempotency key. */
  readonly resourceId?: string;
  /** What was done is a guarded operation. */
  readonly guarded?: Guarded;
  /** Where it was done to several keys: a record for each, instead of one for all. */
  readonly records?: readonly Pick<Answer<Output>, 'subject' | 'detail'>[];
}

export interface ChangeOperation<Input, R extends Resolved, Output> {
  readonly name: OperationName;
  resolve(deps: Deps, input: Input, arrival: Arrival): Promise<R>;
  run(deps: Deps, resolved: R, input: Input, commit: Commit, arrival: Arrival): Promise<Output>;
  /** For creating and rotating calls: the answer to a repeat, without what is shown only once. */
  repeat?(deps: Deps, resolved: R, resourceId: string, input: Input): Promise<Output>;
}
