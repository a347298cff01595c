import type { AuditRecord } from '../../audit/record.js';
import type { KeyringRow, KeySnapshot } from '../../keys/records.js';
import type { Change } from '../../ledger/ledger.js';
import { wrappingNameOf } from '../events/webhook-secret.js';
import type { DraftRow } from './install-draft.js';
import { isOfKeys, keyAsRecorded } from './key-as-recorded.js';
import type { LaterRecord } from './later-records.js';

/** What `putKeyringAsRecorded` does again, but the end of the keyring. */
export function isOfKeyring(operation: string): boolean {
  return isOfKeys(operation) || operation === 'alias.delete';
}

/**
 * Puts what later changes took away from a keyring of a backup: key by key, each with a record; aliases; and all of it, where it was destroyed.
 * @param keys    of the keyring, verified
 * @param records of the keyring
 * @param recordOf makes the record of a key
 * @returns how many keys changed
 */
export async function putKeyringAsRecorded(
  change: Change,
  keyring: KeyringRow,
  keys: AsyncIterable<KeySnapshot>,
  records: readonly LaterRecord[],
  recordOf: (key: string, detail: AuditRecord['detail']) => AuditRecord,
): Promise<number> {
  const ofKeys = new Map<string | null, LaterRecord[]>();
  for (const record of records) ofKeys.set(record.key, [...(ofKeys.get(record.key) ?? []), record]);
  let changed = 0;
  for await (const snapshot of keys) {
    const { key } = snapshot;
    const after = keyAsRecorded(snapshot, ofKeys.get(key.id) ?? []);
    if (!after) continue;
    change.putKey(after.key, after.versions);
    const versions = after.versions.map(({ version, state }) => ({ version, state }));
    change.record(recordOf(key.id, { from: key.state, to: after.key.state, versions }));
    changed += 1;
  }
  await putDeletedAliases(change, records);
  if (records.some(({ operation }) => operation === 'keyring.destroy')) await shred(change, keyring);
  return changed;
}

/** Puts rows of the install. What belongs to a webhook that was deleted goes with it. */
export function putInstall(change: Change, rows: readonly DraftRow[]): void {
  for (const { table, row } of rows) {
    change.put(table, row);
    if (table === 'webhook' && row.removedAt) change.dropWrapped(wrappingNameOf(row.id));
  }
}

async function putDeletedAliases(change: Change, records: readonly LaterRecord[]): Promise<void> {
  const deleted = records
    .filter(({ operation }) => operation === 'alias.delete')
    .flatMap(({ rows = [] }) => rows.filter(({ table }) => table === 'alias'));
  for (const id of new Set(deleted.map((row) => row.id))) {
    const alias = await change.find('alias', id);
    if (alias) change.put('alias', { ...alias, keyId: null });
  }
}

async function shred(change: Change, { id, wrappingVersion }: KeyringRow): Promise<void> {
  for (let version = 1; version <= wrappingVersion; version++) {
    const row = await change.find('wrapping_key', `${id}/${version}`);
    if (row && row.state !== 'destroyed') change.put('wrapping_key', { ...row, state: 'destroyed' });
    change.dropWrapped({ kind: 'wrapping', scopeId: id, version });
  }
}
