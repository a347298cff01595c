import type { AuditOutcome, AuditRecord } from './record.js';

export const AUDIT_ORDERS = ['newest', 'oldest'] as const;
export const AUDIT_INTERVALS = ['minute', 'hour', 'day'] as const;
export type AuditInterval = (typeof AUDIT_INTERVALS)[number];

export interface AuditFilters {
  /** Only these keyrings; undefined: everything, also what belongs to no keyring. */
  readonly keyrings?: readonly string[];
  /** Records of this key, and of what was made elsewhere out of its ciphertexts (`detail.sourceKeyId`). */
  readonly key?: string;
  readonly caller?: string;
  readonly operation?: string;
  readonly outcome?: AuditOutcome;
  readonly door?: string;
  readonly source?: string;
  readonly requestId?: string;
  /** Of a value of the encryption context: `detail.contextHashes`. */
  readonly contextHash?: string;
  /** Only records behind this one in the log. */
  readonly after?: number;
  readonly since?: Date;
  readonly until?: Date;
}

export interface AuditQuery extends AuditFilters {
  /** By their place in the log; default `newest` first. */
  readonly order?: (typeof AUDIT_ORDERS)[number];
  /** Index of the last record of the page before. */
  readonly beyond?: number;
  readonly limit: number;
}

export interface DataKeysQuery {
  readonly key: string;
  readonly version: number;
  /** Index of the last record of the page before. */
  readonly before?: number;
  readonly limit: number;
}

export interface AuditCounts {
  readonly success: number;
  readonly denied: number;
  readonly error: number;
}

export interface AuditSummary {
  /** Records that were written before and are not counted yet; 0: none. */
  readonly behind: number;
  readonly counts: AuditCounts;
  readonly operations: readonly { readonly operation: string; readonly count: number }[];
  /** Intervals with at least one record, the earliest first. */
  readonly histogram: readonly (AuditCounts & { readonly from: Date })[];
}

/** A record with its place in the log. */
export interface FoundRecord extends AuditRecord {
  readonly index: number;
}

export interface FoundRecords {
  readonly records: readonly FoundRecord[];
  /** Records that were written before and are not searched yet: 0, unless the service is overloaded or makes its index anew. */
  readonly behind: number;
}

export abstract class Journal {
  /**
   * Resolves when the record is durable, with the revisions of the scopes at that moment, in the order asked.
   * @throws KmsError database-unavailable when it could not be written within 5 s
   */
  abstract append(record: AuditRecord, scopes: readonly string[]): Promise<readonly number[]>;

  abstract search(query: AuditQuery): Promise<FoundRecords>;

  async query(query: AuditQuery): Promise<readonly FoundRecord[]> {
    return (await this.search(query)).records;
  }

  /** Has all that is searched made again from the log. @returns how many records */
  abstract rebuild(): Promise<number>;

  /** What there is of such records, counted. */
  abstract summarise(filters: AuditFilters, interval: AuditInterval): Promise<AuditSummary>;

  /**
   * Of the calls by which data keys were wrapped under a version of a key, newest first.
   * @throws KmsError overloaded where not all can be searched yet
   */
  abstract dataKeysUnder(query: DataKeysQuery): Promise<readonly FoundRecord[]>;
}
