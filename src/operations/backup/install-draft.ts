import type { InstallView } from '../../ledger/ledger.js';
import { INSTALL_SCOPE, SEALED_TABLES, type SealedRows, type SealedTableName } from '../../ledger/sealed-tables.js';

type InstallTable = Exclude<SealedTableName, 'wrapping_key' | 'key' | 'key_version' | 'alias' | 'policy' | 'campaign'>;

export type DraftRow = {
  [Name in InstallTable]: { readonly table: Name; readonly row: Omit<SealedRows[Name], 'revision'> };
}[InstallTable];

/** The rows of an install, to be changed one after the other and put once. */
export class InstallDraft {
  readonly #changed = new Map<string, DraftRow>();

  constructor(readonly view: InstallView) {}

  /** Those that changed. */
  get rows(): readonly DraftRow[] {
    return [...this.#changed.values()];
  }

  find<Name extends InstallTable>(table: Name, id: string): Omit<SealedRows[Name], 'revision'> | undefined {
    const changed = this.#changed.get(`${table}:${id}`);
    return (changed?.row ?? this.#kept(table, id)) as Omit<SealedRows[Name], 'revision'> | undefined;
  }

  put<Name extends InstallTable>(table: Name, row: Omit<SealedRows[Name], 'revision'>): void {
    const id = SEALED_TABLES[table].idOf({ ...row, revision: 0 } as SealedRows[Name]);
    this.#changed.set(`${table}:${id}`, { table, row } as unknown as DraftRow);
  }

  /** Changes a row that is there. */
  update<Name extends InstallTable>(table: Name, id: string, changes: Partial<SealedRows[Name]>): void {
    const row = this.find(table, id);
    if (row) this.put(table, { ...row, ...changes });
  }

  #kept(table: InstallTable, id: string): object | undefined {
    const { access, bindings, keyringsById, approvals, certificates, webhooks, authority } = this.view;
    const { dualControl, credentialPolicy, auditLog } = this.view;
    const found: Readonly<Record<InstallTable, () => object | undefined>> = {
      caller: () => access.callers.get(id),
      credential: () => access.credentials.get(id),
      caller_group: () => access.groups.get(id),
      role: () => [...access.roles.values()].find((role) => role.id === id),
      binding: () => bindings.find((binding) => binding.id === id),
      keyring: () => keyringsById.get(id),
      approval: () => approvals.get(id),
      certificate: () => certificates.get(id),
      webhook: () => webhooks.get(id),
      pki_authority: () => authority,
      install_setting: () => ({ id: INSTALL_SCOPE, dualControl, credentialPolicy, auditLog }),
      root_migration: () => undefined,
    };
    return found[table]();
  }
}
