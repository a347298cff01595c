import type { AuditOutcome, AuditRecord } from './record.js';

export interface AuditQuery {
  /** Only these keyrings; undefined: everything, also what belongs to no keyring. */
  readonly keyrings?: readonly string[];
  /** Records of this key, and of what was made elsewhere out of its ciphertexts (`detail.sourceKeyId`). */
  readonly key?: string;
  readonly caller?: string;
  readonly operation?: string;
  readonly outcome?: AuditOutcome;
  readonly since?: Date;
  readonly until?: Date;
  /** Id of the last record of the page before. */
  readonly before?: string;
  readonly limit: number;
}

export interface DataKeysQuery {
  readonly key: string;
  readonly version: number;
  /** Id of the last record of the page before. */
  readonly before?: string;
  readonly limit: number;
}

export abstract class Journal {
  /**
   * Resolves when the record is durable, with the revisions of the scopes at that moment, in the order asked.
   * @throws KmsError database-unavailable when it could not be written within 5 s
   */
  abstract append(record: AuditRecord, scopes: readonly string[]): Promise<readonly number[]>;

  /** Newest first. */
  abstract query(query: AuditQuery): Promise<AuditRecord[]>;

  /** Of the calls by which data keys were wrapped under a version of a key, newest first. */
  abstract dataKeysUnder(query: DataKeysQuery): Promise<AuditRecord[]>;
}
