import { expect, it } from '@jest/globals';
import { AccessView } from '../../../src/access/access-view.js';
import type { BindingRow, CallerRow, CredentialRow, GroupRow } from '../../../src/access/records.js';
import { NO_AUDIT_SETTINGS } from '../../../src/audit/audit-settings.js';
import type { InstallView } from '../../../src/ledger/ledger.js';
import { installAsRecorded } from '../../../src/operations/backup/install-as-recorded.js';
import type { LaterRecord } from '../../../src/operations/backup/later-records.js';

const at = new Date('2026-02-01T00:00:00Z');
const byId = <Row extends { readonly id: string }>(...rows: Row[]) => new Map(rows.map((row) => [row.id, row]));

const callers = byId({ id: 'alice', name: 'alice', state: 'enabled' } as CallerRow);
const factors = { totp: 't', usedStep: 1, recoveryCodes: ['a', 'b'], confirmed: true };
const credentials = byId(
  { id: 'token', callerId: 'alice', kind: 'token', expiresAt: null, revokedAt: null } as unknown as CredentialRow,
  {
    id: 'password',
    callerId: 'alice',
    kind: 'password',
    factors,
    expiresAt: null,
    revokedAt: null,
  } as unknown as CredentialRow,
);
const bindings = [
  { id: 'binding', callerId: 'alice', role: 'auditor', effect: 'allow', scope: { everything: true }, removedAt: null },
] as unknown as BindingRow[];
const groups = [{ id: 'group', name: 'g', members: ['alice'], claim: null, removedAt: null } as unknown as GroupRow];
const keyring = { id: 'ring', name: 'ring', state: 'enabled', dualControl: null, separationOfDuties: null };
const view = {
  access: new AccessView(callers, credentials, bindings, [], new Set(), groups),
  bindings,
  approvals: byId({ id: 'open', state: 'approved' }, { id: 'over', state: 'executed' }),
  certificates: byId({ id: 'certificate', state: 'issued' }),
  webhooks: byId({ id: 'webhook', removedAt: null }),
  authority: undefined,
  dualControl: null,
  credentialPolicy: null,
  auditLog: NO_AUDIT_SETTINGS,
  keyringsById: byId(keyring),
} as unknown as InstallView;

/** The rows that change, without the request that is always ended. */
function after(record: Partial<LaterRecord>) {
  const base = {
    index: 1,
    at,
    operation: '',
    resource: 'install',
    keyring: null,
    key: null,
    version: null,
    detail: {},
    rows: [],
    heads: {},
  };
  const rows = installAsRecorded(view, [{ ...base, ...record }], at);
  return rows.filter(({ table }) => table !== 'approval').map(({ table, row }) => ({ table, row }));
}

it('ends every request under dual control that is open', () => {
  expect(installAsRecorded(view, [], at)).toMatchObject([
    { table: 'approval', row: { id: 'open', state: 'cancelled' } },
  ]);
});

it.each<[string, Partial<LaterRecord>, object[]]>([
  [
    'a caller was disabled',
    { operation: 'caller.disable', resource: 'caller/alice' },
    [{ table: 'caller', row: { state: 'disabled' } }],
  ],
  [
    'a token was revoked',
    { operation: 'token.revoke', rows: [{ table: 'credential', id: 'token' }] },
    [{ row: { id: 'token', revokedAt: at } }],
  ],
  [
    'something unknown happened to a token',
    { operation: 'token.frobnicate', rows: [{ table: 'credential', id: 'token' }] },
    [{ row: { revokedAt: at } }],
  ],
  [
    'a token was rotated',
    {
      operation: 'token.rotate',
      detail: { previous: 'token', previousExpiresAt: '2026-02-02T00:00:00.000Z' },
      rows: [{ table: 'credential', id: 'token' }],
    },
    [{ row: { id: 'token', revokedAt: null, expiresAt: new Date('2026-02-02T00:00:00Z') } }],
  ],
  [
    'a password was changed',
    { operation: 'password.change', rows: [{ table: 'credential', id: 'password' }] },
    [{ row: { id: 'password', revokedAt: at } }],
  ],
  [
    'a recovery code was used',
    {
      operation: 'session.create',
      detail: { secondFactor: 'recovery-code' },
      rows: [{ table: 'credential', id: 'password' }],
    },
    [{ row: { id: 'password', revokedAt: null, factors: { recoveryCodes: [] } } }],
  ],
  [
    'a person logged in',
    { operation: 'session.create', detail: { secondFactor: 'totp' }, rows: [{ table: 'credential', id: 'password' }] },
    [],
  ],
  [
    'rows were too many to name',
    { operation: 'x', resource: 'caller/alice', rows: undefined },
    [{ row: { revokedAt: at } }, { row: { revokedAt: at } }],
  ],
  [
    'a binding was deleted',
    { operation: 'binding.delete', rows: [{ table: 'binding', id: 'binding' }] },
    [{ row: { id: 'binding', removedAt: at } }],
  ],
  [
    'an allow was made',
    {
      operation: 'binding.create',
      resource: 'caller/alice',
      detail: { binding: 'b', effect: 'allow', role: 'auditor' },
    },
    [],
  ],
  [
    'a deny was made',
    {
      operation: 'binding.create',
      resource: 'caller/alice',
      detail: { binding: 'b', effect: 'deny', role: 'auditor', scope: { everything: true } },
    },
    [{ table: 'binding', row: { id: 'b', callerId: 'alice', effect: 'deny', removedAt: null } }],
  ],
  [
    'a member left',
    { operation: 'group.remove-member', detail: { group: 'group', member: 'alice' } },
    [{ row: { members: [] } }],
  ],
  [
    'a keyring got dual control',
    { operation: 'keyring.update', resource: 'keyring/ring', detail: { to: { dualControl: { approvers: 2 } } } },
    [{ row: { dualControl: { approvers: 2 } } }],
  ],
  ['a keyring was updated, nobody can say how', { operation: 'keyring.update', resource: 'keyring/ring' }, []],
  [
    'a keyring was destroyed',
    { operation: 'keyring.destroy', resource: 'keyring/ring' },
    [{ row: { state: 'destroyed', destroyedAt: at } }],
  ],
  [
    'a hold was made',
    { operation: 'hold.create', detail: { hold: { id: 'h' } } },
    [{ table: 'install_setting', row: { auditLog: { holds: [{ id: 'h' }] } } }],
  ],
  [
    'a certificate was revoked',
    { operation: 'certificate.revoke', resource: 'certificate/certificate', detail: { reason: 'superseded' } },
    [{ row: { state: 'revoked', reason: 'superseded' } }],
  ],
  [
    'a webhook was deleted',
    { operation: 'webhook.delete', rows: [{ table: 'webhook', id: 'webhook' }] },
    [{ row: { removedAt: at } }],
  ],
])('%s', (_what, record, expected) => {
  expect(after(record)).toMatchObject(expected);
  expect(after(record)).toHaveLength(expected.length);
});
