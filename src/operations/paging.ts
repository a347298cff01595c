import { KmsError } from '../errors.js';
import { isUuid } from '../keys/uuid.js';

export const PAGE_LIMITS = { max: 1000, standard: 100 } as const;

export interface PageInput {
  /** 1 to 1,000; default 100. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Opaque; null on the last page. */
  readonly nextCursor: string | null;
}

/** @throws KmsError invalid-request */
export function pageLimit({ limit }: PageInput): number {
  if (limit === undefined) return PAGE_LIMITS.standard;
  if (Number.isInteger(limit) && limit >= 1 && limit <= PAGE_LIMITS.max) return limit;
  throw new KmsError('invalid-request', `limit: a whole number from 1 to ${PAGE_LIMITS.max}`);
}

/** What the cursor says was last on the page before. @throws KmsError invalid-request */
export function cursorText({ cursor }: PageInput): string | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  if (text === '' || text.includes('\0') || cursorOf(text) !== cursor) throw badCursor();
  return text;
}

/** A cursor over rows with UUIDs. @throws KmsError invalid-request */
export function cursorId(page: PageInput): string | undefined {
  const id = cursorText(page);
  if (id !== undefined && !isUuid(id)) throw badCursor();
  return id;
}

/** A cursor over places in a list. @throws KmsError invalid-request */
export function cursorIndex(page: PageInput): number | undefined {
  const text = cursorText(page);
  if (text !== undefined && !/^\d{1,15}$/.test(text)) throw badCursor();
  return text === undefined ? undefined : Number(text);
}

/** @param found up to `limit + 1` items in the page's order: one more than fits says that there is a next page */
export function pageOf<Row, Item>(
  found: readonly Row[],
  limit: number,
  idOf: (row: Row) => string,
  describe: (row: Row) => Item,
): Page<Item> {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return {
    items: rows.map((row) => describe(row)),
    nextCursor: found.length > limit && last !== undefined ? cursorOf(idOf(last)) : null,
  };
}

interface Dated {
  readonly id: string;
  readonly createdAt: Date;
}

/** A page of rows that are all in memory, newest first. @throws KmsError invalid-request */
export function pageOfAll<Row extends Dated, Item>(
  rows: Iterable<Row>,
  page: PageInput,
  describe: (row: Row) => Item,
): Page<Item> {
  const limit = pageLimit(page);
  const sorted = [...rows].toSorted(newestFirst);
  const after = cursorText(page);
  const at = after === undefined ? -1 : sorted.findIndex((row) => row.id === after);
  if (after !== undefined && at < 0) throw badCursor();
  return pageOf(sorted.slice(at + 1, at + 2 + limit), limit, (row) => row.id, describe);
}

function newestFirst(a: Dated, b: Dated): number {
  return b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1);
}

/** What says that this was last on its page. */
export function cursorOf(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** The one answer to every cursor that is not one of ours. */
export class BadCursor extends KmsError {
  constructor() {
    super('invalid-request', 'cursor: not one of this list; take nextCursor as it was given');
  }
}

export function badCursor(): KmsError {
  return new BadCursor();
}
