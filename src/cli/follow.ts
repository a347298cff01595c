import type { AuditFilters, AuditRecord, KeysteadClient } from '../client/client.js';

/** Following reads the records, which is on record too: it would follow itself for ever. */
const READING = 'audit.read';

/**
 * Audit records as they come, in their order, each once; from `since` on, or from now. Those of reading records only if they are asked for.
 * @param pause between two questions; when it throws, following ends with that
 */
export async function* follow(
  audit: Pick<KeysteadClient['audit'], 'all' | 'records'>,
  filters: AuditFilters,
  pause: () => Promise<void>,
): AsyncGenerator<AuditRecord, void> {
  let after = filters.after;
  if (after === undefined && filters.since === undefined) {
    after = (await audit.records({ limit: 1 })).items[0]?.index;
  }
  for (;;) {
    for await (const record of audit.all({
      ...filters,
      ...(after === undefined ? {} : { after }),
      order: 'oldest',
      limit: 1_000,
    })) {
      after = record.index;
      if (record.operation !== READING || filters.operation === READING) yield record;
    }
    await pause();
  }
}
