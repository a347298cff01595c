import type { AuditCounts, AuditSummary } from './journal.js';

/** How many records of an operation had an outcome in an interval. */
export interface RecordCount {
  readonly from: Date;
  readonly outcome: keyof AuditCounts;
  readonly operation: string;
  readonly count: number;
}

export function summaryOf(rows: readonly RecordCount[], behind: number): AuditSummary {
  const moments = [...new Set(rows.map(({ from }) => from.getTime()))].toSorted((a, b) => a - b);
  const operations = [...new Set(rows.map(({ operation }) => operation))].map((operation) => ({
    operation,
    count: total(rows.filter((row) => row.operation === operation)),
  }));
  return {
    behind,
    counts: countsOf(rows),
    operations: operations.toSorted((a, b) => b.count - a.count),
    histogram: moments.map((at) => ({
      from: new Date(at),
      ...countsOf(rows.filter(({ from }) => from.getTime() === at)),
    })),
  };
}

function countsOf(rows: readonly RecordCount[]): AuditCounts {
  const of = (wanted: keyof AuditCounts) => total(rows.filter(({ outcome }) => outcome === wanted));
  return { success: of('success'), denied: of('denied'), error: of('error') };
}

function total(rows: readonly RecordCount[]): number {
  return rows.reduce((sum, { count }) => sum + count, 0);
}
