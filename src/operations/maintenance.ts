import { approvalStateAt, isOpen } from '../access/approval.js';
import { uuidv7 } from '../keys/uuid.js';
import { expireApproval } from './approvals/expire-approval.js';
import type { Arrival } from './arrival.js';
import type { Deps } from './deps.js';
import { closeQuietCampaigns } from './campaigns/close-quiet-campaigns.js';
import { revokeUnusedCredentials } from './access/revoke-unused-credentials.js';
import { startMoving } from './keyrings/start-moving.js';
import { destroyKey } from './keys/destroy-key.js';
import type { Kms } from './kms.js';
import { publishCrlWhenDue } from './pki/publish-crl.js';
import { applyPolicies } from './rotation/apply-policies.js';
import { continueRootWork } from './root/continue-root-work.js';

const DESTRUCTIONS_A_RUN = 1000;

export interface MaintenanceReport {
  readonly destroyed: number;
  /** What policies did to keys. */
  readonly applied: number;
  /** Campaigns that this node closed: their old versions were quiet for the agreed time. */
  readonly campaigns: number;
  /** Credentials that the install's policy revoked. */
  readonly revoked: number;
  /** Destructions, keys with a policy, campaigns and credentials that failed; each is on the audit record, and tried again the next time. */
  readonly failed: number;
  /** Keyrings whose materials are on the move: that goes on in the background. */
  readonly rewrapping: number;
}

/**
 * What is due: what policies say of keys and credentials, destructions of keys, campaigns and requests that ended by themselves, rewraps and root work that were
 * broken off, the revocation list, expired rows. For the schedule.
 * @param isStopping then nothing more is begun
 * @throws what failed first, once all the rest was done
 */
export async function runMaintenance(
  kms: Kms,
  deps: Deps,
  isStopping: () => boolean = () => false,
): Promise<MaintenanceReport> {
  const arrival = kms.arriveAsSystem('system:lifecycle', uuidv7());
  const failures: unknown[] = [];
  const step = async <T>(run: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      failures.push(error);
      return otherwise;
    }
  };
  const destructions = await step(() => destroyDueKeys(kms, deps, arrival), { destroyed: 0, failed: 0 });
  const policies = await step(() => applyPolicies(kms, deps, isStopping), { applied: 0, failed: 0 });
  const campaigns = await step(() => closeQuietCampaigns(kms, deps, isStopping), { closed: 0, failed: 0 });
  const credentials = await step(() => revokeUnusedCredentials(kms, deps, isStopping), { revoked: 0, failed: 0 });
  const keyrings = await step(() => deps.maintenance.keyringsToRewrap(), []);
  for (const keyringId of keyrings) void startMoving(deps, keyringId, arrival);
  void continueRootWork(deps, kms);
  await step(() => expireApprovals(kms, deps, arrival), undefined);
  // A root that cannot be reached must not hold up the rest; the failure is recorded, and tried again the next time.
  await publishCrlWhenDue(kms, deps, arrival).catch(() => undefined);
  await step(() => deps.maintenance.purge(new Date(deps.clock.now())), undefined);
  if (failures.length > 0) throw failures[0];
  return {
    destroyed: destructions.destroyed,
    applied: policies.applied,
    campaigns: campaigns.closed,
    revoked: credentials.revoked,
    failed: destructions.failed + policies.failed + campaigns.failed + credentials.failed,
    rewrapping: keyrings.length,
  };
}

async function expireApprovals(kms: Kms, deps: Deps, arrival: Arrival): Promise<void> {
  const { approvals } = await deps.ledger.install();
  const now = deps.clock.now();
  const ended = [...approvals.values()].filter((row) => isOpen(row) && approvalStateAt(row, now) === 'expired');
  for (const { id } of ended) await kms.change(expireApproval, { approval: id }, arrival);
}

async function destroyDueKeys(kms: Kms, deps: Deps, arrival: Arrival): Promise<{ destroyed: number; failed: number }> {
  const due = await deps.maintenance.dueDestructions(new Date(deps.engineClock.now()), DESTRUCTIONS_A_RUN);
  let failed = 0;
  for (const { keyringId, keyId } of due) {
    // One key whose row was tampered with must not hold up the others; the failure is recorded where it happened.
    await kms.change(destroyKey, { keyring: keyringId, key: keyId }, arrival).catch(() => (failed += 1));
  }
  return { destroyed: due.length - failed, failed };
}
