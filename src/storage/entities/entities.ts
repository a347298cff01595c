import { LoginAttemptEntity } from './login-attempt.entity.js';
import { AliasEntity } from './alias.entity.js';
import { ApprovalEntity } from './approval.entity.js';
import { AuditRecordEntity } from './audit-record.entity.js';
import { AuthorityEntity } from './authority.entity.js';
import { BindingEntity } from './binding.entity.js';
import { CampaignEntity } from './campaign.entity.js';
import { CallerGroupEntity } from './caller-group.entity.js';
import { CallerEntity } from './caller.entity.js';
import { CertificateEntity } from './certificate.entity.js';
import { CredentialUseEntity } from './credential-use.entity.js';
import { CredentialEntity } from './credential.entity.js';
import { DueKeyEntity } from './due-key.entity.js';
import { EventDeliveryEntity } from './event-delivery.entity.js';
import { HeadEntity } from './head.entity.js';
import { IdempotencyKeyEntity } from './idempotency-key.entity.js';
import { ImportTokenEntity } from './import-token.entity.js';
import { InstallSettingEntity } from './install-setting.entity.js';
import { InstallEntity } from './install.entity.js';
import { KeyEntity } from './key.entity.js';
import { KeyUseEntity } from './key-use.entity.js';
import { KeyVersionEntity } from './key-version.entity.js';
import { KeyringEntity } from './keyring.entity.js';
import { MessageCounterEntity } from './message-counter.entity.js';
import { NodeEntity } from './node.entity.js';
import { PolicyEntity } from './policy.entity.js';
import { RoleEntity } from './role.entity.js';
import { RootMigrationEntity } from './root-migration.entity.js';
import { WebhookBreakerEntity } from './webhook-breaker.entity.js';
import { WebhookEntity } from './webhook.entity.js';
import { WrappedKeyEntity } from './wrapped-key.entity.js';
import { WrappingKeyEntity } from './wrapping-key.entity.js';

/** Every table. */
export const ENTITIES = [
  LoginAttemptEntity,
  InstallEntity,
  HeadEntity,
  WrappedKeyEntity,
  KeyringEntity,
  CallerEntity,
  CredentialEntity,
  CredentialUseEntity,
  BindingEntity,
  RoleEntity,
  CallerGroupEntity,
  InstallSettingEntity,
  ApprovalEntity,
  AuthorityEntity,
  CertificateEntity,
  WebhookEntity,
  EventDeliveryEntity,
  WrappingKeyEntity,
  KeyEntity,
  KeyVersionEntity,
  AliasEntity,
  PolicyEntity,
  CampaignEntity,
  DueKeyEntity,
  KeyUseEntity,
  MessageCounterEntity,
  WebhookBreakerEntity,
  ImportTokenEntity,
  IdempotencyKeyEntity,
  NodeEntity,
  RootMigrationEntity,
  AuditRecordEntity,
];

/** The entity of each sealed table (ledger/sealed-tables.ts). */
export const SEALED_ENTITIES = {
  keyring: KeyringEntity,
  caller: CallerEntity,
  credential: CredentialEntity,
  binding: BindingEntity,
  role: RoleEntity,
  caller_group: CallerGroupEntity,
  install_setting: InstallSettingEntity,
  approval: ApprovalEntity,
  pki_authority: AuthorityEntity,
  certificate: CertificateEntity,
  webhook: WebhookEntity,
  wrapping_key: WrappingKeyEntity,
  key: KeyEntity,
  alias: AliasEntity,
  policy: PolicyEntity,
  campaign: CampaignEntity,
  key_version: KeyVersionEntity,
  root_migration: RootMigrationEntity,
} as const;
