import type { CredentialPolicy } from '../../access/credential-policy.js';
import type { AuditRetention } from '../../audit/audit-settings.js';
import { KmsError } from '../../errors.js';
import type { InstallView } from '../../ledger/ledger.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { resolveInstall } from '../access/resolve-caller.js';
import type { Arrival } from '../arrival.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { dualControlOf, mustHaveApprovers, type DualControlInput } from './dual-control.js';
import { settingsIn, type SettingsDescription } from './get-settings.js';

const DAY = 86_400;
const UNUSED = { least: DAY, most: 3_650 * DAY } as const;
/** What is younger may be needed to find out what happened: nobody drops it. */
const RETENTION_DAYS = { least: 365, most: 36_500 } as const;

export interface UpdateSettingsInput {
  /** Of what is in no keyring; null: none. */
  readonly dualControl?: DualControlInput | null;
  /** Revokes what was unused for so many seconds, and what expired; null: none. */
  readonly credentialPolicy?: { readonly unusedAfter: number } | null;
  /** Drops the audit records that are so old; null: none. */
  readonly auditRetention?: { readonly days: number } | null;
  /** Names of encryption contexts whose values stand in the records in the clear; all others stand there as keyed hashes. */
  readonly auditClearContext?: readonly string[];
}

/** Changes what is given and leaves the rest. */
export const updateSettings: ChangeOperation<UpdateSettingsInput, Resolved, SettingsDescription> = {
  name: 'settings.update',
  resolve: resolveInstall('settings.update'),

  async run(deps, _resolved, input, commit, arrival) {
    const now = deps.clock.now();
    const dualControl = input.dualControl && dualControlOf(input.dualControl);
    const clear = input.auditClearContext && [...new Set(input.auditClearContext)].toSorted();
    const credentialPolicy = input.credentialPolicy && credentialPolicyOf(input.credentialPolicy.unusedAfter, now);
    if (input.auditRetention) mustBeRetention(input.auditRetention.days);
    if (
      dualControl === undefined &&
      credentialPolicy === undefined &&
      input.auditRetention === undefined &&
      clear === undefined
    ) {
      throw new KmsError('invalid-request', 'give dualControl, credentialPolicy, auditRetention or auditClearContext');
    }
    return commit([INSTALL_SCOPE], async (change) => {
      if (dualControl) mustHaveApprovers(change.install, null, dualControl, arrival.caller.id, now);
      const from = settingsIn(change.install);
      const retention = input.auditRetention && retentionOf(change.install, input.auditRetention.days, arrival, now);
      const to: SettingsDescription = {
        dualControl: dualControl === undefined ? from.dualControl : dualControl,
        credentialPolicy: credentialPolicy === undefined ? from.credentialPolicy : credentialPolicy,
        auditLog: {
          ...from.auditLog,
          ...(retention === undefined ? {} : { retention }),
          ...(clear && { clearContext: clear }),
        },
      };
      change.put('install_setting', { id: INSTALL_SCOPE, ...to });
      return {
        output: to,
        detail: { from: onRecord(from), to: onRecord(to) },
        guarded: { reason: 'dual-control', places: [null] },
      };
    });
  },
};

/** Not the holds: their reasons are not for everybody who hears of a change of settings. */
function onRecord({ auditLog, ...others }: SettingsDescription) {
  return { ...others, auditRetention: auditLog.retention, auditClearContext: auditLog.clearContext };
}

/** @throws KmsError invalid-request */
function credentialPolicyOf(unusedAfter: number, now: number): CredentialPolicy {
  const { least, most } = UNUSED;
  if (Number.isInteger(unusedAfter) && unusedAfter >= least && unusedAfter <= most) {
    return { unusedAfter, setAt: new Date(now).toISOString() };
  }
  throw new KmsError('invalid-request', 'credentialPolicy.unusedAfter: 1 day to 10 years');
}

/** @throws KmsError invalid-request */
function mustBeRetention(days: number): void {
  const { least, most } = RETENTION_DAYS;
  if (Number.isInteger(days) && days >= least && days <= most) return;
  throw new KmsError('invalid-request', `auditRetention.days: ${least} to ${most}`);
}

/** Who answers for it goes on record with every drop. */
function retentionOf(
  { approvals }: InstallView,
  days: number,
  { caller, approval }: Arrival,
  now: number,
): AuditRetention {
  const decisions = (approval === undefined ? undefined : approvals.get(approval)?.decisions) ?? [];
  const approvers = [...new Set(decisions.map(({ callerId }) => callerId))];
  return { days, setAt: new Date(now).toISOString(), setBy: caller.id, approval: approval ?? null, approvers };
}
