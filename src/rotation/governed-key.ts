import { isReplica, type MultiRegion } from '../keys/multi-region.js';
import type { KeyRow, VersionRow } from '../keys/records.js';

/** A key as the rules see it. */
export interface GovernedKey {
  readonly key: Pick<
    KeyRow,
    'id' | 'spec' | 'usage' | 'state' | 'notBefore' | 'origin' | 'primaryVersion' | 'createdAt'
  > & {
    readonly enabledAt?: Date | null;
    readonly multiRegion?: MultiRegion | null;
  };
  readonly versions: readonly Pick<VersionRow, 'version' | 'state' | 'createdAt' | 'changedAt'>[];
  /** By version. */
  readonly usage: ReadonlyMap<number, VersionUsage>;
  /** Since when this policy holds. What happened before it is not held to have been idle: nobody may have counted. */
  readonly since: number;
  /** What was due to be told up to this moment has been told. */
  readonly toldThrough: number;
}

/** How a version was used. */
export interface VersionUsage {
  /** Encrypted, signed, authenticated. */
  readonly messages: number;
  readonly bytes: number;
  /** Also when it was only tried, and refused. */
  readonly lastUsedAt: number;
}

/** When a version was last used, or could have been used without being counted. */
export function lastUseOf({ usage, since }: GovernedKey, version: number): number {
  return Math.max(since, usage.get(version)?.lastUsedAt ?? 0);
}

/** Whether the service makes new versions of the key by its policy: imported material comes from outside, a replica's from its primary. */
export function rotatesBySelf({ key }: Pick<GovernedKey, 'key'>): boolean {
  return key.origin === 'generated' && !isReplica(key);
}
