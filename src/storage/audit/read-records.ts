import { decodeEntry } from '../../audit/log/entry.js';
import type { FoundRecord } from '../../audit/journal.js';
import { KmsError } from '../../errors.js';
import { readEntries, type Sql } from './log-tables.js';

/** Where the search index says that a record is. */
export interface RecordPlace {
  readonly index: string;
  readonly start: number;
  readonly length: number;
}

const BUNDLED = `select p.index, substring(b.entries from p.start + 1 for p.length) as entry
  from unnest($1::bigint[], $2::integer[], $3::integer[]) as p(index, start, length) join audit_bundle b on b.index = p.index >> 8`;

/**
 * The records at these places, as they are in the log.
 * @throws KmsError integrity-failure: what is there is no record
 */
export async function readRecords(sql: Sql, places: readonly RecordPlace[]): Promise<FoundRecord[]> {
  if (places.length === 0) return [];
  const columns = (['index', 'start', 'length'] as const).map((name) => places.map((place) => place[name]));
  const bundled = await sql.query<{ index: string; entry: Buffer }[]>(BUNDLED, columns);
  const entries = new Map(bundled.map(({ index, entry }) => [Number(index), entry]));
  const indexes = places.map(({ index }) => Number(index));
  const others = indexes.filter((index) => !entries.has(index));
  if (others.length > 0) {
    // The newest ones: they fill no bundle yet.
    const first = Math.min(...others);
    const newest = await readEntries(sql, first, Math.max(...others) + 1);
    for (const [at, entry] of newest.entries()) entries.set(first + at, entry);
  }
  return indexes.flatMap((index) => recordAt(index, entries.get(index)));
}

function recordAt(index: number, entry: Buffer | undefined): FoundRecord[] {
  // It was dropped meanwhile.
  if (!entry) return [];
  try {
    const { stream: _stream, seq: _seq, ...record } = decodeEntry(entry);
    return [{ ...record, index }];
  } catch {
    const detail = `record ${index} of the audit log cannot be read: the log or its search index was changed; verify it`;
    throw new KmsError('integrity-failure', detail);
  }
}
