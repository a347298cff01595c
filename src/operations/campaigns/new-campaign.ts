import { KmsError } from '../../errors.js';
import { suiteOf } from '../../keys/ciphertext.js';
import type { VersionUse } from '../../keys/key-uses.js';
import type { KeySnapshot } from '../../keys/records.js';
import type { Change } from '../../ledger/ledger.js';
import { uuidv7 } from '../../keys/uuid.js';
import { DAY } from '../../rotation/duration.js';
import type { CampaignRow } from '../../rotation/records.js';
import { oldUses } from './old-uses.js';

export const STANDARD_QUIET_MS = 30 * DAY;

/** Versions that an open campaign is about, as it is in a change: of two starts at once, the second sees the first. */
export async function versionsUnderWay(
  change: Change,
  { keyringId, id }: Pick<KeySnapshot['key'], 'keyringId' | 'id'>,
): Promise<ReadonlySet<number>> {
  const open = await change.openCampaigns(keyringId, id);
  return new Set(open.flatMap(({ fromVersions }) => fromVersions));
}

interface Wanted {
  /** In their order, each once. */
  readonly from: readonly number[];
  readonly quietMs: number;
  readonly startedBy: string;
  readonly now: number;
}

export function newCampaign(
  { key }: { readonly key: Pick<KeySnapshot['key'], 'id' | 'keyringId' | 'primaryVersion'> },
  uses: ReadonlyMap<number, VersionUse>,
  { from, quietMs, startedBy, now }: Wanted,
): Omit<CampaignRow, 'revision'> {
  const { all, old } = oldUses(uses, from);
  return {
    id: uuidv7(),
    keyringId: key.keyringId,
    keyId: key.id,
    fromVersions: from,
    toVersion: key.primaryVersion,
    quietMs,
    usesBefore: all,
    oldUsesBefore: old,
    state: 'open',
    rewrapped: 0,
    skipped: 0,
    failed: 0,
    reportedAt: null,
    reportedBy: null,
    startedAt: new Date(now),
    startedBy,
    endedAt: null,
    endedBy: null,
  };
}

/** What its record says. */
export function campaignDetail({ id, fromVersions, toVersion, quietMs }: Omit<CampaignRow, 'revision'>) {
  return { campaign: id, from: fromVersions, to: toVersion, quietMs };
}

/** Whether ciphertexts of the key name their version, so that they can be moved. */
export function isRewrappable({ spec }: Pick<KeySnapshot['key'], 'spec'>): boolean {
  return suiteOf(spec) !== undefined;
}

/** @throws KmsError unsupported-operation */
export function mustBeRewrappable(key: Pick<KeySnapshot['key'], 'spec'>): void {
  if (isRewrappable(key)) return;
  throw new KmsError(
    'unsupported-operation',
    `a key of spec ${key.spec} has no ciphertexts that name their version; campaigns are for symmetric encryption keys`,
  );
}
