import type { UseOperation } from '../operation.js';
import { badCursor, cursorText, pageLimit, pageOf, type Page, type PageInput } from '../paging.js';
import { getKey, type KeyInput, type ResolvedKey } from '../keys/get-key.js';
import { describeVersion, type VersionDescription } from './describe-version.js';

export interface ListVersionsInput extends KeyInput, PageInput {}

/** Newest first. */
export const listVersions: UseOperation<ListVersionsInput, ResolvedKey, Page<VersionDescription>> = {
  name: 'key.describe',
  resolve: (deps, input, arrival) => getKey.resolve(deps, input, arrival),

  run(_deps, { snapshot: { key, versions } }, input) {
    const limit = pageLimit(input);
    const after = cursorText(input);
    if (after !== undefined && !/^[0-9]{1,9}$/.test(after)) throw badCursor();
    const rest = versions.toReversed().filter((row) => after === undefined || row.version < Number(after));
    return {
      output: pageOf(
        rest,
        limit,
        (row) => String(row.version),
        (row) => describeVersion(key, row),
      ),
    };
  },
};
