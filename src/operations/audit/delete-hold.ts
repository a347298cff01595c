import type { AuditHold } from '../../audit/audit-settings.js';
import { KmsError } from '../../errors.js';
import type { InstallView } from '../../ledger/ledger.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { resolveInstall } from '../access/resolve-caller.js';
import { settingsIn } from '../governance/get-settings.js';
import type { ChangeOperation, Resolved } from '../operation.js';

export interface HoldInput {
  /** Id. */
  readonly hold: string;
}

/** What it held may be dropped by the policy from now on. @returns the hold as it was */
export const deleteHold: ChangeOperation<HoldInput, Resolved, AuditHold> = {
  name: 'hold.delete',
  resolve: resolveInstall('hold.delete'),

  async run(_deps, _resolved, { hold: id }, commit) {
    return commit([INSTALL_SCOPE], async (change) => {
      const settings = settingsIn(change.install);
      const hold = holdIn(change.install, id);
      const holds = settings.auditLog.holds.filter((one) => one.id !== id);
      change.put('install_setting', { id: INSTALL_SCOPE, ...settings, auditLog: { ...settings.auditLog, holds } });
      return { output: hold, detail: { hold }, guarded: { reason: 'legal-hold', places: [null] } };
    });
  },
};

/** @throws KmsError not-found */
export function holdIn({ auditLog }: InstallView, id: string): AuditHold {
  const hold = auditLog.holds.find((one) => one.id === id);
  if (!hold) throw new KmsError('not-found', 'no hold has this id; GET /api/v1/settings lists them');
  return hold;
}
