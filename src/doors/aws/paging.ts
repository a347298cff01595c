import type { Page, PageInput } from '../../operations/paging.js';

/** @param standard how many without a Limit */
export function pageInput(
  { Limit, Marker }: { readonly Limit?: number | undefined; readonly Marker?: string | undefined },
  standard: number,
): PageInput {
  return { limit: Limit ?? standard, ...(Marker === undefined ? {} : { cursor: Marker }) };
}

export function pageAnswer({ nextCursor }: Pick<Page<unknown>, 'nextCursor'>): object {
  return nextCursor === null ? { Truncated: false } : { Truncated: true, NextMarker: nextCursor };
}
