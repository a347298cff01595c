import type { Page, Paging } from './page.js';
import type { Timestamp } from './resource-types.js';

export interface AuditFilters {
  /** Id, name or alias. */
  readonly key?: string;
  /** Id or name. */
  readonly caller?: string;
  readonly operation?: string;
  readonly outcome?: 'success' | 'denied' | 'error';
  /** The protocol it came by. */
  readonly door?: string;
  /** The address it came from. */
  readonly source?: string;
  readonly requestId?: string;
  /** Of a value of the encryption context: what `contextHash` answers. */
  readonly contextHash?: string;
  /** Only records behind this index. */
  readonly after?: number;
  readonly since?: Date;
  readonly until?: Date;
}
export interface AuditQuery extends AuditFilters, Paging {
  /** Default: newest first. */
  readonly order?: 'newest' | 'oldest';
}

/** A page of records. */
export interface AuditPage extends Page<AuditRecord> {
  /** The records before this index were dropped as the retention policy says. */
  readonly minimumIndex?: number;
  /** Records that were written before and are not searched yet: 0, unless the service is overloaded. */
  readonly behind?: number;
}

/** A row of a table on which decisions depend. */
export interface RowMark {
  readonly table: string;
  readonly id: string;
  readonly revision: number;
  readonly tag: string;
}

export interface AuditCounts {
  readonly success: number;
  readonly denied: number;
  readonly error: number;
}

export interface AuditSummary {
  readonly since: Timestamp;
  readonly until: Timestamp;
  readonly interval: 'minute' | 'hour' | 'day';
  /** Records that were written before and are not counted yet: 0, unless the service is overloaded. */
  readonly behind?: number;
  readonly counts: AuditCounts;
  /** The most frequent first. */
  readonly operations: readonly { readonly operation: string; readonly count: number }[];
  /** The earliest first; intervals without a record are left out. */
  readonly histogram: readonly (AuditCounts & { readonly from: Timestamp })[];
}

/** One line of the audit log. Further fields may come with newer services. */
export interface AuditRecord {
  /** Its place in the log, from 0. */
  readonly index: number;
  readonly id: string;
  readonly at: Timestamp;
  /** The caller's id; system callers are named like `system:rotation`. */
  readonly caller: string;
  readonly callerName?: string | null;
  readonly operation: string;
  /** Such as `key/<id>` or `caller/<id>`. */
  readonly resource: string;
  readonly outcome: 'success' | 'denied' | 'error';
  /** The error's code, of what was denied or failed. */
  readonly code?: string | null;
  readonly requestId: string;
  readonly [more: string]: unknown;
}
