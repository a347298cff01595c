import type { ApprovalRow } from '../access/approval.js';
import type { CredentialPolicy } from '../access/credential-policy.js';
import type { AuditSettings } from '../audit/audit-settings.js';
import type { BindingRow, CallerRow, CredentialRow, GroupRow, RoleRow } from '../access/records.js';
import type { AliasRow, KeyRow, KeyringRow, VersionRow, WrappingKeyRow } from '../keys/records.js';
import type { DualControl } from '../keys/dual-control.js';
import type { WebhookRow } from '../events/records.js';
import type { RootMigrationRow } from './root-migrations.js';
import type { CampaignRow, PolicyRow } from '../rotation/records.js';
import type { SealedRow } from '../keys/row-seal.js';
import type { AuthorityRow, CertificateRow } from '../pki/records.js';

/** The scope of everything that is not in a keyring: keyrings themselves, callers, credentials, bindings. */
export const INSTALL_SCOPE = '00000000-0000-0000-0000-000000000000';

/** The settings of the install: one row, whose id is the install's scope. */
export interface InstallSettingRow {
  readonly id: string;
  readonly dualControl: DualControl | null;
  readonly credentialPolicy?: CredentialPolicy | null;
  readonly auditLog?: AuditSettings | null;
  readonly revision: number;
}

export interface SealedRows {
  keyring: KeyringRow;
  caller: CallerRow;
  credential: CredentialRow;
  binding: BindingRow;
  role: RoleRow;
  caller_group: GroupRow;
  install_setting: InstallSettingRow;
  approval: ApprovalRow;
  root_migration: RootMigrationRow;
  pki_authority: AuthorityRow;
  certificate: CertificateRow;
  webhook: WebhookRow;
  wrapping_key: WrappingKeyRow;
  key: KeyRow;
  alias: AliasRow;
  policy: PolicyRow;
  campaign: CampaignRow;
  key_version: VersionRow;
}

export type SealedTableName = keyof SealedRows;

interface SealedTable<Row> {
  /** Whether the rows are in the scope's set hash; versions are not, their key's row commits to them. */
  readonly inSet: boolean;
  readonly home: 'install' | 'keyring';
  readonly idOf: (row: Row) => string;
  /** The columns that a decision depends on, in the order in which they are tagged: never reorder, only add with a new tag format. */
  readonly deciding: readonly (keyof Row & string)[];
  /** Deciding columns that came later, tagged where they hold something: rows from before keep their tags. */
  readonly later?: readonly (keyof Row & string)[];
}

/** Every table whose rows are tagged. One line a column; a table is one entry here and one entity in storage/entities. */
export const SEALED_TABLES: { readonly [Name in SealedTableName]: SealedTable<SealedRows[Name]> } = {
  keyring: {
    inSet: true,
    home: 'install',
    idOf: (row) => row.id,
    deciding: ['name', 'description', 'state', 'wrappingVersion', 'createdAt', 'destroyedAt'],
    later: ['separationOfDuties', 'dualControl', 'awsAccount'],
  },
  caller: {
    inSet: true,
    home: 'install',
    idOf: (row) => row.id,
    deciding: ['name', 'type', 'state', 'createdAt'],
    later: ['createdBy'],
  },
  credential: {
    inSet: true,
    home: 'install',
    idOf: (row) => row.id,
    deciding: ['callerId', 'kind', 'hash', 'purpose', 'source', 'description', 'expiresAt', 'revokedAt', 'createdAt'],
    later: ['match', 'createdBy', 'factors', 'accessKey'],
  },
  binding: {
    inSet: true,
    home: 'install',
    idOf: (row) => row.id,
    deciding: ['callerId', 'role', 'effect', 'scope', 'expiresAt', 'removedAt', 'createdAt'],
    later: ['conditions', 'createdBy'],
  },
  caller_group: {
    inSet: true,
    home: 'install',
    idOf: (row) => row.id,
    deciding: ['name', 'description', 'members', 'claim', 'removedAt', 'createdAt', 'createdBy'],
  },
  role: {
    inSet: true,
    home: 'install',
    idOf: (row) => row.id,
    deciding: ['name', 'permissions', 'removedAt', 'createdAt'],
  },
  install_setting: {
    inSet: true,
    home: 'install',
    idOf: (row) => row.id,
    deciding: ['dualControl'],
    later: ['credentialPolicy', 'auditLog'],
  },
  approval: {
    inSet: true,
    home: 'install',
    idOf: (row) => row.id,
    deciding: [
      'operation',
      'requesterId',
      'requesterCredential',
      'subject',
      'required',
      'guarded',
      'request',
      'digest',
      'state',
      'decisions',
      'createdAt',
      'expiresAt',
      'changedAt',
    ],
  },
  root_migration: {
    inSet: true,
    home: 'install',
    idOf: (row) => row.id,
    deciding: ['phase', 'fromRoot', 'toRoot', 'startedAt', 'changedAt'],
  },
  pki_authority: {
    inSet: true,
    home: 'install',
    idOf: (row) => row.id,
    deciding: [
      'trustDomain',
      'systemKeyring',
      'certificate',
      'publicKey',
      'maxLifetime',
      'crlUrl',
      'crl',
      'crlNumber',
      'crlAt',
      'createdAt',
    ],
  },
  certificate: {
    inSet: true,
    home: 'install',
    idOf: (row) => row.id,
    deciding: [
      'callerId',
      'requesterId',
      'dnsNames',
      'lifetime',
      'publicKey',
      'state',
      'decidedBy',
      'credentialId',
      'certificate',
      'issued',
      'reason',
      'createdAt',
      'expiresAt',
      'changedAt',
    ],
  },
  webhook: {
    inSet: true,
    home: 'install',
    idOf: (row) => row.id,
    deciding: ['url', 'types', 'onlyKeyring', 'createdBy', 'createdAt', 'removedAt'],
  },
  wrapping_key: {
    inSet: true,
    home: 'keyring',
    idOf: (row) => `${row.keyringId}/${row.version}`,
    deciding: ['state', 'createdAt'],
  },
  key: {
    inSet: true,
    home: 'keyring',
    idOf: (row) => row.id,
    deciding: [
      'name',
      'description',
      'spec',
      'usage',
      'state',
      'notBefore',
      'destroyAt',
      'exportable',
      'origin',
      'published',
      'tags',
      'lineageId',
      'primaryVersion',
      'versionCount',
      'versionsDigest',
      'createdAt',
      'rotatedAt',
    ],
    later: ['enabledAt', 'keyPolicy', 'grants', 'materialExpiresAt', 'multiRegion'],
  },
  alias: {
    inSet: true,
    home: 'keyring',
    idOf: (row) => `${row.keyringId}/${row.name}`,
    deciding: ['keyId', 'createdAt'],
  },
  policy: {
    inSet: true,
    home: 'keyring',
    idOf: (row) => `${row.keyringId}/${row.target}`,
    deciding: ['document', 'setAt', 'selectors'],
  },
  campaign: {
    inSet: true,
    home: 'keyring',
    idOf: (row) => `${row.keyringId}/${row.id}`,
    deciding: [
      'keyId',
      'fromVersions',
      'toVersion',
      'quietMs',
      'usesBefore',
      'oldUsesBefore',
      'state',
      'rewrapped',
      'skipped',
      'failed',
      'reportedAt',
      'reportedBy',
      'startedAt',
      'startedBy',
      'endedAt',
      'endedBy',
    ],
  },
  key_version: {
    inSet: false,
    home: 'keyring',
    idOf: (row) => `${row.keyId}/${row.version}`,
    deciding: ['state', 'reason', 'materialId', 'publicKey', 'fingerprint', 'createdAt', 'changedAt'],
    later: ['rotation', 'imported'],
  },
};

export function sealedRow<Name extends SealedTableName>(table: Name, row: SealedRows[Name]): SealedRow {
  const { idOf, deciding, later = [] } = SEALED_TABLES[table];
  const filled = later.filter((column) => (row[column] ?? null) !== null);
  const columns = [...deciding, ...filled].map((column) => [column, row[column]] as SealedRow['deciding'][number]);
  return { table, id: idOf(row), revision: row.revision, deciding: columns };
}
