import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { HttpModule } from '../http/http.module.js';
import { AgreementController } from './agreement.controller.js';
import { AliasesController } from './aliases.controller.js';
import { AuditController } from './audit.controller.js';
import { BindingsController } from './bindings.controller.js';
import { CallersController } from './callers.controller.js';
import { DocsController } from './docs.controller.js';
import { EncryptionController } from './encryption.controller.js';
import { HealthController } from './health.controller.js';
import { KeyMaterialController } from './key-material.controller.js';
import { KeyringsController } from './keyrings.controller.js';
import { KeysController } from './keys.controller.js';
import { MetricsController, OpenMetricsController } from './metrics.controller.js';
import { ApiDescription } from './openapi/api-description.js';
import { PublicKeysController } from './public-keys.controller.js';
import { RandomController } from './random.controller.js';
import { RestSettings } from './rest-settings.js';
import { RootController } from './root.controller.js';
import { serviceVersion } from './service-version.js';
import { SigningController } from './signing.controller.js';
import { TokensController } from './tokens.controller.js';
import { VersionsController } from './versions.controller.js';
import { WhoamiController } from './whoami.controller.js';

export const CONTROLLERS = [
  AgreementController,
  AliasesController,
  AuditController,
  BindingsController,
  CallersController,
  DocsController,
  EncryptionController,
  HealthController,
  KeyMaterialController,
  KeyringsController,
  KeysController,
  PublicKeysController,
  RandomController,
  RootController,
  SigningController,
  TokensController,
  VersionsController,
  WhoamiController,
] as const;

/** REST under /api/v1, health and metrics. Needs Kms, Health and MetricsText, from global modules or from `imports`. */
@Module({})
export class RestModule {
  static with(
    settings: Pick<RestSettings, 'openMetrics'>,
    imports: NonNullable<ModuleMetadata['imports']> = [],
  ): DynamicModule {
    const all: RestSettings = { ...settings, version: serviceVersion() };
    return {
      module: RestModule,
      imports: [HttpModule.with(imports), ...imports],
      controllers: [...CONTROLLERS, settings.openMetrics ? OpenMetricsController : MetricsController],
      providers: [{ provide: RestSettings, useValue: all }, ApiDescription],
    };
  }
}
