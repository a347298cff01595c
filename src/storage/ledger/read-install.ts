import type { EntityManager } from 'typeorm';
import type { ApprovalRow } from '../../access/approval.js';
import { NO_AUDIT_SETTINGS } from '../../audit/audit-settings.js';
import { AccessView } from '../../access/access-view.js';
import { unseparatedOf } from '../../access/separation.js';
import type { BindingRow, CallerRow, CredentialRow, GroupRow, RoleRow } from '../../access/records.js';
import type { KeyringRow } from '../../keys/records.js';
import type { AuthorityRow, CertificateRow } from '../../pki/records.js';
import type { WebhookRow } from '../../events/records.js';
import type { InstallView } from '../../ledger/ledger.js';
import { MoreThan } from 'typeorm';
import { INSTALL_SCOPE, type InstallSettingRow } from '../../ledger/sealed-tables.js';
import { ApprovalEntity } from '../entities/approval.entity.js';
import { AuthorityEntity } from '../entities/authority.entity.js';
import { BindingEntity } from '../entities/binding.entity.js';
import { CallerEntity } from '../entities/caller.entity.js';
import { CallerGroupEntity } from '../entities/caller-group.entity.js';
import { CertificateEntity } from '../entities/certificate.entity.js';
import { CredentialEntity } from '../entities/credential.entity.js';
import { InstallSettingEntity } from '../entities/install-setting.entity.js';
import { KeyringEntity } from '../entities/keyring.entity.js';
import { RoleEntity } from '../entities/role.entity.js';
import { RootMigrationEntity } from '../entities/root-migration.entity.js';
import { WebhookEntity } from '../entities/webhook.entity.js';
import type { ScopeMirror } from './scope-mirror.js';
import { mustBeCurrent } from './verify-row.js';

/** The rows of the install scope that are newer than a revision. */
export interface InstallRows {
  readonly keyrings: readonly KeyringEntity[];
  readonly callers: readonly CallerEntity[];
  readonly credentials: readonly CredentialEntity[];
  readonly bindings: readonly BindingEntity[];
  readonly roles: readonly RoleEntity[];
  readonly groups: readonly CallerGroupEntity[];
  readonly settings: readonly InstallSettingEntity[];
  readonly approvals: readonly ApprovalEntity[];
  /** Only verified here: see RootMigrations. */
  readonly rootMigrations: readonly RootMigrationEntity[];
  readonly authorities: readonly AuthorityEntity[];
  readonly certificates: readonly CertificateEntity[];
  readonly webhooks: readonly WebhookEntity[];
}

export async function readInstallRows(manager: EntityManager, revision: number): Promise<InstallRows> {
  const newer = { revision: MoreThan(revision) };
  return {
    keyrings: await manager.findBy(KeyringEntity, newer),
    callers: await manager.findBy(CallerEntity, newer),
    credentials: await manager.findBy(CredentialEntity, newer),
    bindings: await manager.findBy(BindingEntity, newer),
    roles: await manager.findBy(RoleEntity, newer),
    groups: await manager.findBy(CallerGroupEntity, newer),
    settings: await manager.findBy(InstallSettingEntity, newer),
    approvals: await manager.findBy(ApprovalEntity, newer),
    rootMigrations: await manager.findBy(RootMigrationEntity, newer),
    authorities: await manager.findBy(AuthorityEntity, newer),
    certificates: await manager.findBy(CertificateEntity, newer),
    webhooks: await manager.findBy(WebhookEntity, newer),
  };
}

/** What a node holds of the install, to be moved on with each change. */
export class InstallState {
  readonly #keyrings = new Map<string, KeyringRow>();
  readonly #callers = new Map<string, CallerRow>();
  readonly #credentials = new Map<string, CredentialRow>();
  readonly #bindings = new Map<string, BindingRow>();
  readonly #roles = new Map<string, RoleRow>();
  readonly #groups = new Map<string, GroupRow>();
  readonly #settings = new Map<string, InstallSettingRow>();
  readonly #approvals = new Map<string, ApprovalRow>();
  readonly #authorities = new Map<string, AuthorityRow>();
  readonly #certificates = new Map<string, CertificateRow>();
  readonly #webhooks = new Map<string, WebhookRow>();

  /** @throws KmsError integrity-failure, and stays as it was */
  advance(mirror: ScopeMirror, rows: InstallRows): InstallView {
    for (const row of rows.keyrings) mustBeCurrent(mirror, 'keyring', row);
    for (const row of rows.callers) mustBeCurrent(mirror, 'caller', row);
    for (const row of rows.credentials) mustBeCurrent(mirror, 'credential', row);
    for (const row of rows.bindings) mustBeCurrent(mirror, 'binding', row);
    for (const row of rows.roles) mustBeCurrent(mirror, 'role', row);
    for (const row of rows.groups) mustBeCurrent(mirror, 'caller_group', row);
    for (const row of rows.settings) mustBeCurrent(mirror, 'install_setting', row);
    for (const row of rows.approvals) mustBeCurrent(mirror, 'approval', row);
    for (const row of rows.rootMigrations) mustBeCurrent(mirror, 'root_migration', row);
    for (const row of rows.authorities) mustBeCurrent(mirror, 'pki_authority', row);
    for (const row of rows.certificates) mustBeCurrent(mirror, 'certificate', row);
    for (const row of rows.webhooks) mustBeCurrent(mirror, 'webhook', row);
    for (const row of rows.keyrings) this.#keyrings.set(row.id, row);
    for (const row of rows.callers) this.#callers.set(row.id, row);
    for (const row of rows.credentials) this.#credentials.set(row.id, row);
    for (const row of rows.bindings) this.#bindings.set(row.id, row);
    for (const row of rows.roles) this.#roles.set(row.id, row);
    for (const row of rows.groups) this.#groups.set(row.id, row);
    for (const row of rows.settings) this.#settings.set(row.id, row);
    for (const row of rows.approvals) this.#approvals.set(row.id, row);
    for (const row of rows.authorities) this.#authorities.set(row.id, row);
    for (const row of rows.certificates) this.#certificates.set(row.id, row);
    for (const row of rows.webhooks) this.#webhooks.set(row.id, row);
    return this.#view(mirror.revision);
  }

  #view(revision: number): InstallView {
    const settings = this.#settings.get(INSTALL_SCOPE);
    const bindings = [...this.#bindings.values()];
    const keyrings = [...this.#keyrings.values()];
    return {
      revision,
      access: new AccessView(
        new Map(this.#callers),
        new Map(this.#credentials),
        bindings,
        this.#roles.values(),
        unseparatedOf(keyrings),
        this.#groups.values(),
        keyrings,
      ),
      bindings,
      keyringsById: new Map(this.#keyrings),
      keyringsByName: new Map(keyrings.map((row) => [row.name, row])),
      approvals: new Map(this.#approvals),
      authority: this.#authorities.get(INSTALL_SCOPE),
      certificates: new Map(this.#certificates),
      webhooks: new Map([...this.#webhooks].filter(([, { removedAt }]) => !removedAt)),
      dualControl: settings?.dualControl ?? null,
      credentialPolicy: settings?.credentialPolicy ?? null,
      auditLog: settings?.auditLog ?? NO_AUDIT_SETTINGS,
    };
  }
}
