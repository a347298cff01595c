import type { OperationName } from '../../access/permissions.js';
import type { AuditRecord } from '../../audit/record.js';
import type { EventType } from '../../events/event-types.js';
import type { RuleName } from '../../rotation/due-action.js';

/** What an operation is told as, once it is done. */
const OF_OPERATION: Partial<Readonly<Record<OperationName, EventType>>> = {
  'key.rotate': 'keystead.key.rotated',
  'key.revoke': 'keystead.key.revoked',
  'key.schedule-destruction': 'keystead.key.destruction-scheduled',
  'key.cancel-destruction': 'keystead.key.destruction-cancelled',
  'key.destroy': 'keystead.key.destroyed',
  'version.retire': 'keystead.version.retired',
  'version.revoke': 'keystead.version.revoked',
  'version.destroy': 'keystead.version.destroyed',
  'credential.revoke': 'keystead.credential.revoked',
  'token.revoke': 'keystead.credential.revoked',
  'keyring.destroy': 'keystead.keyring.destroyed',
  'approval.decide': 'keystead.approval.decided',
  'campaign.start': 'keystead.campaign.started',
  'campaign.close': 'keystead.campaign.closed',
  'campaign.cancel': 'keystead.campaign.closed',
};

/** Where the policy's rule says more than the operation. */
const OF_RULE: Partial<Readonly<Record<RuleName, EventType>>> = {
  'expire.at': 'keystead.key.expired',
  'expire.after': 'keystead.key.expired',
  'unused.after': 'keystead.key.unused',
  'notify.before': 'keystead.key.expiring',
  'notify.retirement': 'keystead.version.retiring',
  'notify.overdue': 'keystead.key.rotation-overdue',
};

const GUARDED: EventType = 'keystead.guarded-operation.done';

/** What a change is told as: none, one, or two where it was a guarded operation. */
export function eventsOf({ operation, detail }: AuditRecord): readonly EventType[] {
  const ofRule = valueOf(OF_RULE, detail['rule']);
  const ofOperation = valueOf(OF_OPERATION, operation);
  const guarded = detail['guarded'] === undefined ? undefined : GUARDED;
  return [ofRule ?? ofOperation, guarded].filter((type) => type !== undefined);
}

/**
 * What a failure is told as: only what the schedule could not do to a key, for whoever asked himself was answered. Of several keys
 * each is tried alone next; what another change came before is looked at again.
 */
export function failuresOf({ operation, outcome, code, caller, key }: AuditRecord): readonly EventType[] {
  const isSchedules = operation === 'key.rotate' && caller.startsWith('system:') && key !== null;
  return isSchedules && outcome === 'error' && code !== 'conflict' ? ['keystead.key.rotation-failed'] : [];
}

function valueOf(table: Readonly<Record<string, EventType>>, name: unknown): EventType | undefined {
  return typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;
}
