import { z } from 'zod';
import { numeral } from './words.js';

/** Lists are newest first; `nextCursor` of one page is `cursor` of the next. */
export const PAGING = {
  limit: z.exactOptional(numeral('Items of a page. Default 100.', { min: 1, max: 1000 })),
  cursor: z.exactOptional(
    z.string().min(1).max(512).meta({ description: 'The `nextCursor` of the page before, as it was given' }),
  ),
} as const;

export const PAGE = z.strictObject(PAGING);

export function pageOf(item: z.ZodType) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().meta({ description: 'null on the last page' }),
  });
}
