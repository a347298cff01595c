import type { Command } from 'commander';
import { whole } from './option-values.js';

export interface ListOptions {
  readonly limit: number;
  readonly all?: boolean;
}

/** Adds `--limit` and `--all`; pages are fetched as they are needed. */
export function withListOptions(command: Command): Command {
  return command
    .option('--limit <n>', 'show at most so many, newest first', whole(1), 100)
    .option('--all', 'show all of them');
}

/** The page size to ask for. */
export function pageSize({ limit, all }: ListOptions): number {
  return all === true ? 1_000 : Math.min(1_000, limit);
}

/** @returns the first `limit` items, and whether there are more */
export async function take<T>(
  items: AsyncIterable<T>,
  { limit, all }: ListOptions,
): Promise<readonly [taken: T[], more: boolean]> {
  const taken: T[] = [];
  for await (const item of items) {
    if (all !== true && taken.length === limit) return [taken, true];
    taken.push(item);
  }
  return [taken, false];
}
