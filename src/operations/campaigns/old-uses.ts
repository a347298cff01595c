import type { VersionUse } from '../../keys/key-uses.js';
import type { CampaignRow } from '../../rotation/records.js';

/** How a key's ciphertexts are read: what names a version, and so can be under an old one. */
export interface OldUses {
  /** Decryptions, also those that were refused for the state of the version. */
  readonly all: number;
  /** Of them, under old versions. */
  readonly old: number;
  /** The last one under an old version. */
  readonly last: VersionUse | undefined;
}

export function oldUses(uses: ReadonlyMap<number, VersionUse>, fromVersions: readonly number[]): OldUses {
  const old = fromVersions.flatMap((version) => uses.get(version) ?? []);
  const [last] = old.toSorted((a, b) => b.usedAt.getTime() - a.usedAt.getTime());
  return { all: readsIn([...uses.values()]), old: readsIn(old), last };
}

/** When an open campaign closes by itself unless somebody uses an old version again: milliseconds since the epoch. */
export function closesAt({ startedAt, quietMs }: CampaignRow, { last }: OldUses): number {
  return Math.max(startedAt.getTime(), last?.usedAt.getTime() ?? 0) + quietMs;
}

function readsIn(uses: readonly VersionUse[]): number {
  return uses.reduce((sum, { decryptions, refused }) => sum + decryptions + refused, 0);
}
