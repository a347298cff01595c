import { isBrought, isPending } from '../../keys/imported-versions.js';
import { keysOf } from '../../keys/multi-region.js';
import type { KeySnapshot, VersionRotation, VersionRow } from '../../keys/records.js';
import type { Deps } from '../deps.js';
import { getKey, type ResolvedKey } from '../keys/get-key.js';
import type { UseOperation } from '../operation.js';
import { badCursor, cursorText, pageLimit, pageOf, type Page } from '../paging.js';
import type { ListVersionsInput } from './list-versions.js';

/** The material of a version, and how it came to be the primary. */
export interface MaterialDescription {
  readonly version: number;
  /** `not everywhere`: pending, and not imported in every region of the key. */
  readonly state: 'current' | 'former' | 'pending' | 'not everywhere';
  /** null: it is the first, or is pending. By null: that was not kept at the time. */
  readonly rotation: { readonly at: Date; readonly by: VersionRotation['by'] | null } | null;
  /** null: made here. */
  readonly imported: {
    /** Whether it is there. */
    readonly isBrought: boolean;
    readonly expiresAt: Date | null;
    readonly description: string | null;
  } | null;
}

export interface ListRotationsInput extends ListVersionsInput {
  /** Also the first one, and what is pending. Default false. */
  readonly all?: boolean;
}

/** Newest first. Material that was taken back before it was used is none of the key's. */
export const listRotations: UseOperation<ListRotationsInput, ResolvedKey, Page<MaterialDescription>> = {
  name: 'key.describe',
  resolve: (deps, input, arrival) => getKey.resolve(deps, input, arrival),

  async run(deps, { snapshot }, input) {
    const limit = pageLimit(input);
    const after = cursorText(input);
    if (after !== undefined && !/^[0-9]{1,9}$/.test(after)) throw badCursor();
    const now = deps.engineClock.now();
    const listed = snapshot.versions
      .toReversed()
      .filter((row) => after === undefined || row.version < Number(after))
      .filter((row) => !(row.state === 'destroyed' && row.imported?.pending))
      .filter((row) => input.all || (row.version > 1 && !isPending(row)));
    const isEverywhere = await everywhere(deps, snapshot, listed.find(isPending), now);
    return {
      output: pageOf(
        listed,
        limit,
        (row) => String(row.version),
        (row) => describeMaterial(snapshot, row, isEverywhere, now),
      ),
    };
  },
};

function describeMaterial(
  { key, versions }: KeySnapshot,
  row: VersionRow,
  isEverywhere: boolean,
  now: number,
): MaterialDescription {
  const { version, rotation = null, imported = null } = row;
  const newest = versions.findLast((one) => !isPending(one) && one.state !== 'destroyed')?.version;
  const waits = isEverywhere ? ('pending' as const) : ('not everywhere' as const);
  const state = version === (key.primaryVersion || newest) ? ('current' as const) : ('former' as const);
  return {
    version,
    state: isPending(row) ? waits : state,
    rotation:
      version > 1 && !isPending(row)
        ? { at: rotation ? new Date(rotation.at) : row.createdAt, by: rotation?.by ?? null }
        : null,
    imported:
      key.origin === 'imported'
        ? {
            isBrought: isBrought(row, now),
            expiresAt: imported?.expiresAt ? new Date(imported.expiresAt) : null,
            description: imported?.description ?? null,
          }
        : null,
  };
}

/** Whether the material that is pending was brought to every region of the key. */
async function everywhere(deps: Deps, { key }: KeySnapshot, pending: VersionRow | undefined, now: number) {
  if (!pending || !key.multiRegion) return true;
  const all = await Promise.all(keysOf(key.multiRegion).map((one) => deps.ledger.findKey(one.keyring, one.key)));
  return all.every((found) => {
    const row = found?.versions[pending.version - 1];
    return row !== undefined && isBrought(row, now);
  });
}
