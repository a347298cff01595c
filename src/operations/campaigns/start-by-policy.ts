import { keyStateAt } from '../../keys/key-states.js';
import type { VersionUse } from '../../keys/key-uses.js';
import type { KeySnapshot } from '../../keys/records.js';
import type { RevocationReason } from '../../keys/version-states.js';
import type { Change } from '../../ledger/ledger.js';
import { writeSource } from '../../rotation/resolve-policy.js';
import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import { announce } from '../events/announce.js';
import { candidatesFor, policyOf, policyRowsIn } from '../policies/policy-in-force.js';
import { recordOf } from '../record.js';
import { subjectOfKey } from '../resolve-key.js';
import { campaignDetail, isRewrappable, newCampaign, STANDARD_QUIET_MS, versionsUnderWay } from './new-campaign.js';

interface Revoked {
  /** The key as it is once they are revoked. */
  readonly after: Omit<KeySnapshot['key'], 'revision' | 'versionCount' | 'versionsDigest'>;
  readonly versions: readonly number[];
  readonly reason: RevocationReason;
}

/**
 * Where versions are revoked as compromised and the policy says `revoke.campaign`, starts a campaign for them in the same
 * change, with a record of its own.
 * @returns what the record of the revocation says of it
 */
export async function startByPolicy(
  deps: Deps,
  change: Change,
  { after, versions, reason }: Revoked,
  uses: ReadonlyMap<number, VersionUse>,
  arrival: Arrival,
): Promise<{ readonly campaign?: string }> {
  const now = deps.engineClock.now();
  const hasTarget = keyStateAt(after, now) === 'enabled' && isRewrappable(after);
  if (reason !== 'compromised' || !hasTarget) return {};
  const [held] = candidatesFor(after, await policyRowsIn(change, after));
  if (!held || policyOf(held.policy.document).revoke?.campaign !== true) return {};
  const underWay = await versionsUnderWay(change, after);
  const from = versions.filter((version) => version !== after.primaryVersion && !underWay.has(version));
  if (from.length === 0) return {};
  const quietMs = STANDARD_QUIET_MS;
  const row = newCampaign({ key: after }, uses, { from, quietMs, startedBy: arrival.caller.id, now });
  change.put('campaign', row);
  const attempt = { operation: 'campaign.start', arrival, startedAt: performance.now() } as const;
  const detail = { ...campaignDetail(row), policy: writeSource(held.source), rule: 'revoke.campaign' };
  const record = recordOf(deps, attempt, subjectOfKey({ key: after }), undefined, detail);
  change.record(record);
  await announce(deps, change, [record]);
  return { campaign: row.id };
}
