import type { CampaignRow, CampaignState } from '../../rotation/records.js';
import { writeDuration } from '../../rotation/duration.js';

/** A campaign as every answer shows it. */
export interface CampaignDescription {
  readonly id: string;
  /** Id of the keyring. */
  readonly keyring: string;
  readonly keyId: string;
  /** The versions to be left behind. */
  readonly from: readonly number[];
  /** Ciphertexts under this version or a newer one are done. */
  readonly to: number;
  readonly state: CampaignState;
  /** Without use of the old versions for so long, it closes by itself. */
  readonly quiet: string;
  /** Ciphertexts, as applications reported them. */
  readonly rewrapped: number;
  readonly skipped: number;
  readonly failed: number;
  readonly reportedAt: Date | null;
  readonly reportedBy: string | null;
  readonly startedAt: Date;
  readonly startedBy: string;
  readonly endedAt: Date | null;
  /** Id of a caller; `system:rotation`: it was quiet for long enough. */
  readonly endedBy: string | null;
}

export function describeCampaign(row: Omit<CampaignRow, 'revision'>): CampaignDescription {
  return {
    id: row.id,
    keyring: row.keyringId,
    keyId: row.keyId,
    from: row.fromVersions,
    to: row.toVersion,
    state: row.state,
    quiet: writeDuration(row.quietMs),
    rewrapped: row.rewrapped,
    skipped: row.skipped,
    failed: row.failed,
    reportedAt: row.reportedAt,
    reportedBy: row.reportedBy,
    startedAt: row.startedAt,
    startedBy: row.startedBy,
    endedAt: row.endedAt,
    endedBy: row.endedBy,
  };
}
