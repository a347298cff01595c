import { expect, it } from '@jest/globals';
import type { KeySnapshot, VersionRow } from '../../../src/keys/records.js';
import { keyAsRecorded } from '../../../src/operations/backup/key-as-recorded.js';
import type { LaterRecord } from '../../../src/operations/backup/later-records.js';

const at = new Date('2026-02-01T00:00:00Z');
const version = (number: number) =>
  ({
    keyId: 'k',
    version: number,
    state: 'active',
    reason: null,
    material: Buffer.alloc(1),
    changedAt: at,
  }) as VersionRow;
const snapshot = {
  key: { id: 'k', state: 'enabled', destroyAt: null, primaryVersion: 2 },
  versions: [version(1), version(2)],
} as unknown as KeySnapshot;

/** What the key is after these operations: `enabled 1:active 2:revoked`. */
function after(...records: readonly Partial<LaterRecord>[]): string {
  const base = {
    index: 1,
    at,
    resource: 'key/k',
    keyring: 'r',
    key: 'k',
    version: null,
    detail: {},
    rows: [],
    heads: {},
  };
  const made = keyAsRecorded(
    snapshot,
    records.map((record) => ({ ...base, operation: '', ...record })),
  );
  if (!made) return 'as before';
  const rows = snapshot.versions.map((row) => made.versions.find((one) => one.version === row.version) ?? row);
  return [made.key.state, ...rows.map((row) => `${row.version}:${row.state}${row.material ? '' : '!'}`)].join(' ');
}

it.each<[string, readonly Partial<LaterRecord>[]]>([
  ['as before', []],
  ['as before', [{ operation: 'key.rotate' }, { operation: 'key.update' }]],
  ['disabled 1:active 2:active', [{ operation: 'key.disable' }]],
  ['enabled 1:active 2:active', [{ operation: 'key.disable' }, { operation: 'key.enable' }]],
  ['pending-destruction 1:active 2:active', [{ operation: 'key.schedule-destruction' }]],
  ['disabled 1:active 2:active', [{ operation: 'key.schedule-destruction' }, { operation: 'key.cancel-destruction' }]],
  ['destroyed 1:destroyed! 2:destroyed!', [{ operation: 'key.destroy' }]],
  ['disabled 1:revoked 2:revoked', [{ operation: 'key.revoke', detail: { to: 'disabled', reason: 'compromised' } }]],
  ['enabled 1:revoked 2:revoked', [{ operation: 'key.revoke', detail: { to: 'enabled' } }]],
  ['disabled 1:revoked 2:revoked', [{ operation: 'key.revoke' }]],
  ['enabled 1:revoked 2:active', [{ operation: 'version.revoke', version: 1 }]],
  ['disabled 1:active 2:revoked', [{ operation: 'version.revoke', version: 2, detail: { keyState: 'disabled' } }]],
  [
    'enabled 1:destroyed! 2:active',
    [
      { operation: 'version.retire', version: 1 },
      { operation: 'version.destroy', version: 1 },
    ],
  ],
  [
    'enabled 1:active 2:active',
    [
      { operation: 'version.retire', version: 1 },
      { operation: 'version.restore', version: 1 },
    ],
  ],
  [
    'enabled 1:revoked 2:active',
    [
      { operation: 'version.revoke', version: 1 },
      { operation: 'version.restore', version: 1 },
    ],
  ],
  ['as before', [{ operation: 'version.revoke', version: 3 }]],
])('is %s', (expected, records) => {
  expect(after(...records)).toBe(expected);
});

function dueAfter(detail: LaterRecord['detail']): string | undefined {
  const record = { index: 1, at, operation: 'key.schedule-destruction', resource: 'key/k', keyring: 'r', key: 'k' };
  const made = keyAsRecorded(snapshot, [{ ...record, version: null, detail, rows: [], heads: {} }]);
  return made?.key.destroyAt?.toISOString();
}

it('waits for its destruction as long as was said, or as long as can be', () => {
  expect(dueAfter({ destroyAt: '2026-02-09T00:00:00.000Z' })).toBe('2026-02-09T00:00:00.000Z');
  expect(dueAfter({})).toBe('2026-03-03T00:00:00.000Z');
});
