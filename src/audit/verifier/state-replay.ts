import { NotVerified } from './not-verified.js';
import { readEntry } from './read-entry.js';

/** A row that decides something, as its tables have it or as a record says that it was written. */
export interface RowMark {
  readonly table: string;
  readonly id: string;
  readonly revision: number;
  readonly tag: string;
}

interface Written extends RowMark {
  /** Of the record. */
  readonly index: number;
}

interface Detail {
  readonly rows?: readonly RowMark[];
  readonly heads?: Readonly<Record<string, number>>;
  readonly omittedSha256?: string;
}

const MOST_SAID = 20;

/** What the records of a log make of the tables: which row was written last, with which revision and tag. */
export class StateReplay {
  readonly #written = new Map<string, Written[]>();
  /** Revisions of changes so large that their record could not name the rows. */
  readonly #unnamed = new Set<number>();

  /**
   * @param settled the tables were read when the log had so many records: what was written later may be in them, or not
   * @param minimumIndex the records before it were dropped: of a row that none names since, they were the ones to say it
   */
  constructor(
    private readonly settled: number,
    private readonly minimumIndex = 0,
  ) {}

  /** To be called with each record, in their order. */
  add(entry: Uint8Array, index: number): void {
    const detail = readEntry(entry)?.['detail'] as Detail | null | undefined;
    const { rows = [] } = detail ?? {};
    if (!detail || !Array.isArray(rows) || rows.includes(null)) throw new NotVerified(`record ${index} cannot be read`);
    for (const row of rows as readonly RowMark[]) {
      const name = nameOf(row);
      const before = index < this.settled ? [] : (this.#written.get(name) ?? []);
      this.#written.set(name, [...before, { ...row, index }]);
    }
    if (detail.omittedSha256 !== undefined) for (const at of Object.values(detail.heads ?? {})) this.#unnamed.add(at);
  }

  /**
   * @returns how many rows there are, and of how many no record could say it
   * @throws NotVerified that names the rows which nobody wrote, and those that are gone
   */
  compare(rows: readonly RowMark[]): { readonly rows: number; readonly unnamed: number } {
    const wrong: string[] = [];
    const there = new Set<string>();
    let unnamed = 0;
    for (const row of rows) {
      there.add(nameOf(row));
      const written = this.#written.get(nameOf(row)) ?? [];
      if (written.some(({ revision, tag }) => revision === row.revision && tag === row.tag)) continue;
      const couldBeDropped = this.minimumIndex > 0 && written.length === 0;
      if (couldBeDropped) unnamed += 1;
      else if (this.#unnamed.has(row.revision) && row.revision > (written.at(-1)?.revision ?? 0)) unnamed += 1;
      else wrong.push(whyNot(row, written.at(-1)));
    }
    for (const [name, [first]] of this.#written) {
      if (first && first.index < this.settled && !there.has(name)) {
        wrong.push(`row ${first.id} of ${first.table} was removed: record ${first.index} wrote it`);
      }
    }
    if (wrong.length === 0) return { rows: rows.length, unnamed };
    const more = wrong.length > MOST_SAID ? `; and ${wrong.length - MOST_SAID} more` : '';
    throw new NotVerified(`${wrong.slice(0, MOST_SAID).join('; ')}${more}`);
  }
}

function whyNot({ id, table, revision }: RowMark, last: Written | undefined): string {
  const row = `row ${id} of ${table}`;
  if (!last) return `${row} was put in: no record says that it was written`;
  const wrote = `record ${last.index} wrote revision ${last.revision}`;
  if (revision < last.revision) return `${row} is of revision ${revision}, and ${wrote}: an earlier row was put back`;
  return `${row} was changed: it is of revision ${revision}, and ${wrote}`;
}

function nameOf({ table, id }: RowMark): string {
  return `${table} ${id}`;
}
