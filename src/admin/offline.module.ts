import 'reflect-metadata';
import { Module, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Config } from '../config/config.js';
import { ConfigModule } from '../config/config.module.js';
import { Kms } from '../operations/kms.js';
import { OperationsModule } from '../operations/operations.module.js';
import { RootKeys } from '../roots/root-keys.js';
import { RootsModule, type Unsealed } from '../roots/roots.module.js';
import { AuditModule } from '../storage/audit.module.js';
import { Database } from '../storage/database.js';
import { LedgerModule } from '../storage/ledger.module.js';
import { StorageModule } from '../storage/storage.module.js';
import { TelemetryModule } from '../telemetry/telemetry.module.js';
import { NoTracer } from '../tracer.js';
import { InstallModule } from './install.module.js';
import { SignerModule } from './signer.module.js';
import { unsealByKeepers, type AskShare } from './unseal-by-keepers.js';

/** The service without its doors. */
@Module({})
export class OfflineModule {
  static of(config: Config, unsealed?: Unsealed): DynamicModule {
    const rooms = [
      StorageModule,
      SignerModule,
      AuditModule,
      RootsModule.with(unsealed),
      InstallModule,
      LedgerModule,
      TelemetryModule.with(new NoTracer()),
      OperationsModule,
    ];
    return { module: OfflineModule, imports: [ConfigModule.of(config), ...rooms] };
  }
}

/** Opens database and root, works on them, and closes them. @throws KmsError as a start of the service does */
export function withOfflineKms<T>(config: Config, work: (kms: Kms) => Promise<T>, ask?: AskShare): Promise<T> {
  return withOfflineService(config, (app) => work(app.get(Kms)), ask);
}

/** The same with all that the service is made of. */
export async function withOfflineService<T>(
  config: Config,
  work: (app: INestApplicationContext) => Promise<T>,
  ask?: AskShare,
): Promise<T> {
  const unsealed = await unsealByKeepers(config, ask);
  const app = await NestFactory.createApplicationContext(OfflineModule.of(config, unsealed), {
    logger: false,
    abortOnError: false,
  });
  try {
    return await work(app);
  } finally {
    await app.close();
    await app.get(RootKeys).close();
    await app.get(Database).stop();
  }
}
