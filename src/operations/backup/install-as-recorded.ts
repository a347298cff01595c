import { isOpen } from '../../access/approval.js';
import type { Conditions } from '../../access/conditions.js';
import type { CredentialPolicy } from '../../access/credential-policy.js';
import type { BindingScope, CredentialRow } from '../../access/records.js';
import type { AuditHold, AuditRetention, AuditSettings } from '../../audit/audit-settings.js';
import type { DualControl } from '../../keys/dual-control.js';
import type { KeyringRow } from '../../keys/records.js';
import { REVOCATION_REASONS } from '../../keys/version-states.js';
import type { InstallView } from '../../ledger/ledger.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { InstallDraft, type DraftRow } from './install-draft.js';
import type { LaterRecord } from './later-records.js';

type Step = (draft: InstallDraft, record: LaterRecord) => void;

/** What each operation made of rows that a backup holds. Credentials are not here: see `endCredentials`. */
const STEPS: Readonly<Record<string, Step>> = {
  'caller.disable': (draft, { resource }) => draft.update('caller', idIn(resource), { state: 'disabled' }),
  'caller.enable': (draft, { resource }) => draft.update('caller', idIn(resource), { state: 'enabled' }),
  'bootstrap.finish': (draft, record) => {
    for (const id of idsOf(record, 'caller')) draft.update('caller', id, { state: 'disabled' });
  },
  'binding.create': putDeny,
  'binding.delete': (draft, record) => {
    for (const id of idsOf(record, 'binding')) draft.update('binding', id, { removedAt: record.at });
  },
  'role.delete': (draft, record) => {
    for (const id of idsOf(record, 'role')) draft.update('role', id, { removedAt: record.at });
  },
  'group.delete': (draft, record) => {
    for (const id of idsOf(record, 'caller_group')) draft.update('caller_group', id, { removedAt: record.at });
  },
  'group.add-member': (draft, record) => setMembers(draft, record, (others, member) => [...others, member]),
  'group.remove-member': (draft, record) => setMembers(draft, record, (others) => others),
  'keyring.update': (draft, { resource, detail }) => {
    const to = detail['to'] as Pick<KeyringRow, 'separationOfDuties' | 'dualControl'> | undefined;
    if (to) draft.update('keyring', idIn(resource), to);
  },
  'keyring.destroy': (draft, { resource, at }) =>
    draft.update('keyring', idIn(resource), { state: 'destroyed', destroyedAt: at }),
  'settings.update': (draft, { detail }) => {
    const to = detail['to'] as RecordedSettings | undefined;
    if (!to) return;
    const { dualControl, credentialPolicy, auditRetention: retention, auditClearContext: clearContext } = to;
    const auditLog = { ...auditLogIn(draft), retention, clearContext };
    draft.update('install_setting', INSTALL_SCOPE, { dualControl, credentialPolicy, auditLog });
  },
  'hold.create': (draft, { detail }) => {
    const hold = detail['hold'] as AuditHold | undefined;
    const kept = auditLogIn(draft);
    if (hold) draft.update('install_setting', INSTALL_SCOPE, { auditLog: { ...kept, holds: [...kept.holds, hold] } });
  },
  'certificate.reject': (draft, { resource, at }) =>
    draft.update('certificate', idIn(resource), { state: 'rejected', changedAt: at }),
  'certificate.revoke': (draft, { resource, detail, at }) => {
    const reason = REVOCATION_REASONS.find((one) => one === detail['reason']) ?? 'unspecified';
    draft.update('certificate', idIn(resource), { state: 'revoked', reason, changedAt: at });
    numberCrl(draft, detail);
  },
  'pki.publish-crl': (draft, { detail }) => numberCrl(draft, detail),
  'webhook.delete': (draft, record) => {
    for (const id of idsOf(record, 'webhook')) draft.update('webhook', id, { removedAt: record.at });
  },
};

interface RecordedSettings {
  readonly dualControl: DualControl | null;
  readonly credentialPolicy: CredentialPolicy | null;
  readonly auditRetention: AuditRetention | null;
  readonly auditClearContext: readonly string[];
}

/** What ended credentials, and did nothing else. */
const ENDINGS: ReadonlySet<string> = new Set(['token.revoke', 'credential.revoke', 'session.end']);

export function endsCredentials(operation: string): boolean {
  return ENDINGS.has(operation);
}

export function isOfInstall(operation: string): boolean {
  return Object.hasOwn(STEPS, operation);
}

/**
 * The install of a backup, as the records of later changes left it, as far as they took something away. Of credentials all ended that
 * anything happened to but what is known to be harmless, and no request under dual control is open any more.
 * @param records in their order
 * @returns the rows that change
 */
export function installAsRecorded(view: InstallView, records: readonly LaterRecord[], now: Date): readonly DraftRow[] {
  const draft = new InstallDraft(view);
  for (const record of records) {
    STEPS[record.operation]?.(draft, record);
    endCredentials(draft, record);
  }
  for (const row of view.approvals.values()) {
    if (isOpen(row)) draft.put('approval', { ...row, state: 'cancelled', changedAt: now });
  }
  return draft.rows;
}

/** A record that could not name its rows means every credential of the caller that it is about. */
function endCredentials(draft: InstallDraft, record: LaterRecord): void {
  const { resource, rows } = record;
  const unnamed = rows
    ? []
    : [...draft.view.access.credentials.values()].filter((row) => row.callerId === idIn(resource));
  for (const id of [...idsOf(record, 'credential'), ...unnamed.map((row) => row.id)]) {
    const row = draft.find('credential', id);
    const changes = row && whatBecame(row, record);
    if (changes) draft.update('credential', id, changes);
  }
}

function whatBecame(
  { id, expiresAt, revokedAt, factors }: Omit<CredentialRow, 'revision'>,
  { operation, detail, at }: LaterRecord,
): Partial<CredentialRow> | undefined {
  const withoutCodes = factors ? { factors: { ...factors, recoveryCodes: [] } } : undefined;
  if (operation === 'certificate.renew' || operation === 'certificate.approve') return undefined;
  // A code of the authenticator application is over; a recovery code would be good again.
  if (operation === 'session.create') return detail['secondFactor'] === 'totp' ? undefined : withoutCodes;
  if (operation === 'recovery-codes.create') return withoutCodes;
  if (operation === 'token.rotate' && detail['previous'] === id) {
    const end = new Date(String(detail['previousExpiresAt']));
    if (!Number.isNaN(end.getTime())) return { expiresAt: expiresAt && expiresAt < end ? expiresAt : end };
  }
  return { revokedAt: revokedAt ?? at };
}

/** An allow that was made later is lost; a deny is made again. */
function putDeny(draft: InstallDraft, { resource, detail, at }: LaterRecord): void {
  const { binding: id, role, effect, scope, conditions = null } = detail;
  if (effect !== 'deny' || typeof id !== 'string' || draft.find('binding', id)) return;
  draft.put('binding', {
    id,
    callerId: idIn(resource),
    role: String(role),
    effect,
    scope: scope as BindingScope,
    conditions: conditions as Conditions | null,
    expiresAt: null,
    removedAt: null,
    createdAt: at,
  });
}

function setMembers(
  draft: InstallDraft,
  { detail }: LaterRecord,
  after: (others: readonly string[], member: string) => readonly string[],
): void {
  const group = draft.find('caller_group', String(detail['group']));
  const member = String(detail['member']);
  if (!group) return;
  const others = group.members.filter((one) => one !== member);
  draft.put('caller_group', { ...group, members: after(others, member) });
}

function auditLogIn(draft: InstallDraft): AuditSettings {
  return draft.find('install_setting', INSTALL_SCOPE)?.auditLog ?? draft.view.auditLog;
}

/** The next list has a number that nobody has seen. */
function numberCrl(draft: InstallDraft, detail: LaterRecord['detail']): void {
  const { authority } = draft.view;
  const crlNumber = Number(detail['crlNumber'] ?? 0);
  const known = authority && (draft.find('pki_authority', authority.id)?.crlNumber ?? 0);
  if (authority && crlNumber > (known ?? 0)) draft.update('pki_authority', authority.id, { crlNumber });
}

function idsOf({ rows = [] }: LaterRecord, table: string): readonly string[] {
  return rows.filter((row) => row.table === table).map(({ id }) => id);
}

/** `caller/<id>` → `<id>`. */
function idIn(resource: string): string {
  return resource.slice(resource.indexOf('/') + 1);
}
