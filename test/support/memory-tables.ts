import type { SealedRows, SealedTableName } from '../../src/ledger/sealed-tables.js';

type Rows<Name extends SealedTableName> = Map<string, SealedRows[Name]>;
export type Tables = { readonly [Name in SealedTableName]: Rows<Name> };

/** Every sealed table, by id. */
export function emptyTables(): Tables {
  return {
    keyring: new Map(),
    caller: new Map(),
    credential: new Map(),
    binding: new Map(),
    role: new Map(),
    caller_group: new Map(),
    install_setting: new Map(),
    approval: new Map(),
    root_migration: new Map(),
    pki_authority: new Map(),
    certificate: new Map(),
    webhook: new Map(),
    wrapping_key: new Map(),
    key: new Map(),
    alias: new Map(),
    policy: new Map(),
    campaign: new Map(),
    key_version: new Map(),
  };
}
