import type { KeyRow, VersionRow } from './records.js';

/** What a version of a key with imported material says of it. */
type Row = Pick<VersionRow, 'version' | 'state' | 'material' | 'imported'>;

/** Whether it waits for the rotation that makes it the primary. */
export function isPending({ state, imported }: Pick<VersionRow, 'state' | 'imported'>): boolean {
  return state !== 'destroyed' && imported?.pending === true;
}

/** Whether its material is there. */
export function isBrought({ material, imported }: Row, now: number): boolean {
  return material !== null && !(imported?.expiresAt && Date.parse(imported.expiresAt) <= now);
}

/** The newest version that is, or was, the primary; undefined: nothing was imported yet. */
export function currentVersion<R extends Row>(versions: readonly R[]): R | undefined {
  return counted(versions).at(-1);
}

/** What the versions make of their key: it works once the material of each is there, but for one that waits, and until the first of them expires. */
export function importedAs(
  versions: readonly Row[],
  now: number,
): Pick<KeyRow, 'primaryVersion'> & { readonly materialExpiresAt: Date | null } {
  const all = counted(versions);
  if (!all.every((row) => isBrought(row, now))) return { primaryVersion: 0, materialExpiresAt: null };
  const ends = all.flatMap(({ imported }) => (imported?.expiresAt ? [Date.parse(imported.expiresAt)] : []));
  return {
    primaryVersion: all.at(-1)?.version ?? 0,
    materialExpiresAt: ends.length === 0 ? null : new Date(Math.min(...ends)),
  };
}

function counted<R extends Row>(versions: readonly R[]): readonly R[] {
  return versions.filter((row) => row.state !== 'destroyed' && !isPending(row));
}
