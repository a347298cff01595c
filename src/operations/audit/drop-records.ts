import type { AuditSettings } from '../../audit/audit-settings.js';
import { canonicalJson } from '../../audit/log/canonical-json.js';
import { KmsError } from '../../errors.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { resolveInstall } from '../access/resolve-caller.js';
import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import { settingsIn } from '../governance/get-settings.js';
import type { Kms } from '../kms.js';
import type { ChangeOperation, Resolved } from '../operation.js';

const DAY_MS = 86_400_000;
const DROPS_A_RUN = 64;

/** Drops the records of whole bundles that are older than the install's policy says, and that no hold keeps. For the schedule. */
export const dropRecords: ChangeOperation<object, Resolved, { readonly minimumIndex: number }> = {
  name: 'audit.drop',
  resolve: resolveInstall('audit.drop'),

  async run(deps, _resolved, _input, commit) {
    const { auditLog } = await deps.ledger.install();
    const { retention, holds, minimumIndex: from } = auditLog;
    const to = await droppableUpTo(deps, auditLog);
    return commit([INSTALL_SCOPE], async (change) => {
      const settings = settingsIn(change.install);
      if (canonicalJson(settings.auditLog) !== canonicalJson(auditLog) || to === from) {
        throw new KmsError('conflict', 'the policy, the holds or the log changed meanwhile');
      }
      change.dropRecords(to);
      change.put('install_setting', { id: INSTALL_SCOPE, ...settings, auditLog: { ...auditLog, minimumIndex: to } });
      return { output: { minimumIndex: to }, detail: { from, to, retention, holds: holds.length } };
    });
  },
};

/** @returns how many records this node dropped */
export async function dropOldRecords(
  kms: Kms,
  deps: Deps,
  arrival: Arrival,
  isStopping: () => boolean,
): Promise<number> {
  const { minimumIndex } = (await deps.ledger.install()).auditLog;
  let dropped = 0;
  for (let drops = 0; drops < DROPS_A_RUN && !isStopping(); drops++) {
    const { auditLog } = await deps.ledger.install();
    // What cannot be dropped because it was changed is put on record by the operation itself.
    const to = await droppableUpTo(deps, auditLog).catch(() => Infinity);
    if (to === auditLog.minimumIndex) break;
    dropped = (await kms.change(dropRecords, {}, arrival)).output.minimumIndex - minimumIndex;
  }
  return dropped;
}

async function droppableUpTo(
  { log, engineClock }: Deps,
  { retention, holds, minimumIndex }: AuditSettings,
): Promise<number> {
  if (!retention) return minimumIndex;
  return log.droppableUpTo(minimumIndex, { before: new Date(engineClock.now() - retention.days * DAY_MS), holds });
}
