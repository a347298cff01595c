import type { SealedTableName } from '../../ledger/sealed-tables.js';

/** The names of the columns that a sealed row's id is made of, in their order. */
const PARTS: Readonly<Record<SealedTableName, readonly string[]>> = {
  keyring: ['id'],
  caller: ['id'],
  credential: ['id'],
  binding: ['id'],
  role: ['id'],
  caller_group: ['id'],
  install_setting: ['id'],
  approval: ['id'],
  root_migration: ['id'],
  pki_authority: ['id'],
  certificate: ['id'],
  webhook: ['id'],
  wrapping_key: ['keyringId', 'version'],
  key: ['id'],
  alias: ['keyringId', 'name'],
  policy: ['keyringId', 'target'],
  campaign: ['keyringId', 'id'],
  key_version: ['keyId', 'version'],
};

/** A sealed row's id → its primary key. */
export function primaryKeyOf(table: SealedTableName, id: string): Record<string, string | number> {
  const [first = '', ...rest] = id.split('/');
  const values = rest.length > 0 ? [first, rest.join('/')] : [first];
  return Object.fromEntries(
    PARTS[table].map((name, index) => [name, name === 'version' ? Number(values[index]) : (values[index] ?? '')]),
  );
}
