import type { AuditFilters, AuditRecord, KeysteadClient } from '../client/client.js';

/** Records that were written a moment before the newest one may become visible a moment after it. */
const OVERLAP_MS = 10_000;

/** Following reads the records, which is on record too: it would follow itself for ever. */
const READING = 'audit.read';

/**
 * Audit records as they come, oldest first, each once; beginning with `since`, or now. Those of reading records only if they are asked for.
 * @param pause between two questions; when it throws, following ends with that
 */
export async function* follow(
  audit: Pick<KeysteadClient['audit'], 'all'>,
  filters: AuditFilters,
  pause: () => Promise<void>,
): AsyncGenerator<AuditRecord, void> {
  let since = filters.since ?? new Date();
  let shown = new Map<string, number>();
  for (;;) {
    const fresh: AuditRecord[] = [];
    for await (const record of audit.all({ ...filters, since, limit: 1_000 })) {
      const wanted = record.operation !== READING || filters.operation === READING;
      if (wanted && !shown.has(record.id)) fresh.push(record);
    }
    for (const record of fresh.toReversed()) {
      shown.set(record.id, Date.parse(record.at));
      yield record;
    }
    const newest = Math.max(since.getTime(), ...[...shown.values()].map((at) => at - OVERLAP_MS));
    since = new Date(newest);
    shown = new Map([...shown].filter(([, at]) => at >= newest));
    await pause();
  }
}
