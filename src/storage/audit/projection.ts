import type { DataSource, EntityManager } from 'typeorm';
import { TILE_WIDTH } from '../../audit/log/tile.js';
import { isKmsError, KmsError } from '../../errors.js';
import { databaseFailure } from '../database-failure.js';
import { SingleFlight } from '../ledger/single-flight.js';
import { readEntries } from './log-tables.js';
import type { RecentEntries } from './recent-entries.js';
import { readSearched, rowsOf, type PlacedEntry, type SearchedRecord } from './record-columns.js';
import { writeRows, type Rows } from './write-rows.js';

const PROJECTING_LOCK = 7_300_021;
/** At once. */
const MAX_RECORDS = 1000;

/** Records of which it is known together at which times they were. */
const BLOCK = 4096;
/** Before each entry of a bundle. */
const LENGTH_BYTES = 2;

const TREE = `select size, greatest(projected, minimum) as projected, case when projected < minimum then 0 else projected_bytes end as bytes,
    remade from audit_tree where id = 1`;

interface TreeRow extends Readonly<Record<'size' | 'projected' | 'remade', string>> {
  readonly bytes: number;
}

/** The records as they are searched, made from the log. It lags behind the log, and can be made again from it. */
export class Projection {
  /** Whoever waits for it waits for one connection. */
  readonly #catching = new SingleFlight(() => this.advance(() => true));

  constructor(
    private readonly database: DataSource,
    private readonly recent: RecentEntries,
    private readonly onUnreadable: (what: string) => void,
  ) {}

  /** Takes over all that has its place in the log. */
  async catchUp(): Promise<void> {
    await this.#catching.run();
  }

  /** The same, a bounded part after another, for as long as it may go on. */
  async advance(mayGoOn: () => boolean): Promise<void> {
    while (mayGoOn() && (await this.#step()) === MAX_RECORDS);
  }

  /**
   * Begins anew: each record is made again from the log, and until then it is found as it was.
   * @returns how many there are
   */
  async restart(): Promise<number> {
    return this.database.transaction(async (manager) => {
      await manager.query('select pg_advisory_xact_lock($1)', [PROJECTING_LOCK]);
      const restart =
        'update audit_tree set projected = minimum, projected_bytes = 0, remade = size where id = 1 returning size, minimum';
      const [[tree]] = await manager.query<[{ size: string; minimum: string }[], number]>(restart);
      await manager.query('delete from audit_record where index < $1 or index >= $2', [tree?.minimum, tree?.size]);
      return Number(tree?.size) - Number(tree?.minimum);
    });
  }

  async #step(): Promise<number> {
    try {
      return await this.#take(async (_, searched) => searched);
    } catch (error) {
      if (isKmsError(databaseFailure(error), 'database-unavailable')) throw error;
      // A record that cannot be searched holds up none of the others.
      return this.#take((manager, searched) => this.#searchable(manager, searched));
    }
  }

  /** @param choose which of the records are written */
  async #take(
    choose: (manager: EntityManager, searched: readonly SearchedRecord[]) => Promise<readonly SearchedRecord[]>,
  ): Promise<number> {
    return this.database.transaction('READ COMMITTED', async (manager) => {
      await manager.query('select pg_advisory_xact_lock($1)', [PROJECTING_LOCK]);
      const [tree] = await manager.query<TreeRow[]>(TREE);
      const start = Number(tree?.projected ?? 0);
      const size = Number(tree?.size ?? 0);
      if (start > size)
        throw new KmsError(
          'integrity-failure',
          `${start} audit records are said to be searchable, and there are ${size}`,
        );
      const end = Math.min(size, start + MAX_RECORDS);
      if (start === end) return 0;
      if (start < Number(tree?.remade)) {
        await manager.query('delete from audit_record where index >= $1 and index < $2', [start, end]);
      }
      const read = this.recent.take(start, end) ?? (await readEntries(manager, start, end));
      const entries = placed(start, tree?.bytes ?? 0, read);
      const readable = entries.flatMap((entry) => this.#read(entry));
      await write(manager, await choose(manager, readable), end, endOf(entries.at(-1)));
      return end - start;
    });
  }

  #read(entry: PlacedEntry): SearchedRecord[] {
    try {
      return [readSearched(entry)];
    } catch {
      this.#tellUnreadable(entry);
      return [];
    }
  }

  async #searchable(manager: EntityManager, searched: readonly SearchedRecord[]): Promise<readonly SearchedRecord[]> {
    const searchable: SearchedRecord[] = [];
    for (const one of searched) {
      await manager.query('savepoint trial');
      try {
        await write(manager, [one], 0, 0);
        searchable.push(one);
      } catch (error) {
        if (isKmsError(databaseFailure(error), 'database-unavailable')) throw error;
        this.#tellUnreadable(one);
      }
      await manager.query('rollback to savepoint trial');
    }
    return searchable;
  }

  #tellUnreadable({ index }: { readonly index: number }): void {
    this.onUnreadable(`record ${index} of the log cannot be read for searching`);
  }
}

/** Also how far the index is now: up to `projected`, and so far in the bundle of the record before that. */
async function write(
  manager: EntityManager,
  searched: readonly SearchedRecord[],
  projected: number,
  bytes: number,
): Promise<void> {
  const spans: Rows = {
    into: 'audit_span (block, earliest, latest)',
    types: ['bigint', 'timestamptz', 'timestamptz'],
    rows: spansOf(searched),
    conflict: `on conflict (block) do update set earliest = least(audit_span.earliest, excluded.earliest),
      latest = greatest(audit_span.latest, excluded.latest)`,
  };
  const update = 'update audit_tree set projected = $1, projected_bytes = $2 where id = 1';
  await writeRows(manager, 'project', update, [projected, bytes], [rowsOf(searched), spans]);
}

/** @param start and @param bytes of the first: its index, and where it begins in its bundle */
function placed(start: number, bytes: number, entries: readonly Buffer[]): PlacedEntry[] {
  let end = bytes;
  return entries.map((entry, at) => {
    const index = start + at;
    const one = { index, entry, start: (index % TILE_WIDTH === 0 ? 0 : end) + LENGTH_BYTES };
    end = one.start + entry.length;
    return one;
  });
}

function endOf(last: PlacedEntry | undefined): number {
  return last ? last.start + last.entry.length : 0;
}

/** The times in each block. */
function spansOf(searched: readonly SearchedRecord[]): [block: number, earliest: Date, latest: Date][] {
  const blocks = new Map<number, Date[]>();
  for (const { index, at } of searched) {
    const block = Math.floor(index / BLOCK);
    const times = blocks.get(block);
    if (times) times.push(at);
    else blocks.set(block, [at]);
  }
  return [...blocks].map(([block, times]) => {
    const sorted = times.toSorted((a, b) => a.getTime() - b.getTime());
    return [block, sorted[0] as Date, sorted.at(-1) as Date];
  });
}
