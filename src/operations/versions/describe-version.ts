import type { KeyRow, VersionRow } from '../../keys/records.js';
import type { RevocationReason, VersionState } from '../../keys/version-states.js';

/** A version as every answer shows it. */
export interface VersionDescription {
  readonly version: number;
  /** Whether it is the one for new work. */
  readonly primary: boolean;
  readonly state: VersionState;
  readonly reason: RevocationReason | null;
  readonly createdAt: Date;
  readonly changedAt: Date;
  readonly hasPublicKey: boolean;
}

export function describeVersion(
  { primaryVersion }: Pick<KeyRow, 'primaryVersion'>,
  row: Omit<VersionRow, 'revision'>,
): VersionDescription {
  return {
    version: row.version,
    primary: row.version === primaryVersion,
    state: row.state,
    reason: row.reason,
    createdAt: row.createdAt,
    changedAt: row.changedAt,
    hasPublicKey: row.publicKey !== null,
  };
}
