import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { HttpModule } from '../http/http.module.js';
import { RouteTable } from '../http/route-table.js';
import { AccessController } from './access.controller.js';
import { AccessKeysController } from './access-keys.controller.js';
import { AgreementController } from './agreement.controller.js';
import { AliasesController } from './aliases.controller.js';
import { ApprovalsController } from './approvals.controller.js';
import { AuditHoldsController } from './audit-holds.controller.js';
import { AuditLogController } from './audit-log.controller.js';
import { EvidenceController } from './evidence.controller.js';
import { AuditController } from './audit.controller.js';
import { BindingsController } from './bindings.controller.js';
import { BootstrapController } from './bootstrap.controller.js';
import { CallersController } from './callers.controller.js';
import { CampaignsController } from './campaigns.controller.js';
import { CertificatesController } from './certificates.controller.js';
import { CredentialsController } from './credentials.controller.js';
import { DocsController } from './docs.controller.js';
import { EncryptionController } from './encryption.controller.js';
import { GroupsController } from './groups.controller.js';
import { HealthController } from './health.controller.js';
import { KeyMaterialController } from './key-material.controller.js';
import { KeyringsController } from './keyrings.controller.js';
import { KeysController } from './keys.controller.js';
import { MetricsController, OpenMetricsController } from './metrics.controller.js';
import { ApiDescription } from './openapi/api-description.js';
import { PeopleController } from './people.controller.js';
import { PkiController } from './pki.controller.js';
import { PoliciesController } from './policies.controller.js';
import { PublicKeysController } from './public-keys.controller.js';
import { RandomController } from './random.controller.js';
import { RolesController } from './roles.controller.js';
import { RootController } from './root.controller.js';
import { SettingsController } from './settings.controller.js';
import { SigningController } from './signing.controller.js';
import { TestClockController } from './test-clock.controller.js';
import { TokensController } from './tokens.controller.js';
import { VersionsController } from './versions.controller.js';
import { WebhooksController } from './webhooks.controller.js';
import { WhoamiController } from './whoami.controller.js';

export const CONTROLLERS = [
  AccessController,
  AccessKeysController,
  AgreementController,
  AliasesController,
  ApprovalsController,
  AuditController,
  AuditHoldsController,
  AuditLogController,
  EvidenceController,
  BindingsController,
  BootstrapController,
  CallersController,
  CampaignsController,
  CertificatesController,
  CredentialsController,
  DocsController,
  EncryptionController,
  GroupsController,
  HealthController,
  KeyMaterialController,
  KeyringsController,
  KeysController,
  PeopleController,
  PkiController,
  PoliciesController,
  PublicKeysController,
  RandomController,
  RolesController,
  RootController,
  SettingsController,
  SigningController,
  TokensController,
  VersionsController,
  WebhooksController,
  WhoamiController,
] as const;

/** What the REST door is told. */
export interface RestSettings {
  /** Of the service, for the API's description. */
  readonly version: string;
  /** Whether /metrics answers without a token. */
  readonly openMetrics: boolean;
  /** Whether the clock of the schedule can be moved. */
  readonly testClock?: boolean;
}

/** REST under /api/v1, health and metrics. Needs Kms, Health and MetricsText, from global modules or from `imports`. */
@Module({})
export class RestModule {
  static with(settings: RestSettings, imports: NonNullable<ModuleMetadata['imports']> = []): DynamicModule {
    return {
      module: RestModule,
      imports: [HttpModule.with(imports), ...imports],
      controllers: [
        ...CONTROLLERS,
        settings.openMetrics ? OpenMetricsController : MetricsController,
        ...(settings.testClock ? [TestClockController] : []),
      ],
      providers: [
        {
          provide: ApiDescription,
          useFactory: (table: RouteTable) => new ApiDescription(table, settings.version),
          inject: [RouteTable],
        },
      ],
    };
  }
}
