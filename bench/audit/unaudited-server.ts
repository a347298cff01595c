import 'reflect-metadata';
import type { DynamicModule } from '@nestjs/common';
import { prepareDataDir } from '../../src/admin/prepare-data-dir.js';
import { AppModule } from '../../src/app.module.js';
import { Journal } from '../../src/audit/journal.js';
import { readConfig } from '../../src/config/config.js';
import { createHttpApp } from '../../src/doors/http/create-http-app.js';
import { RootKeys } from '../../src/roots/root-keys.js';
import { LogKeeper } from '../../src/storage/audit/log-keeper.js';
import { AuditModule } from '../../src/storage/audit.module.js';
import { Database } from '../../src/storage/database.js';
import { JsonLogger } from '../../src/telemetry/json-logger.js';

/**
 * Keystead with its journal replaced by nothing, to see what the audit log costs. Only this composition of the bench can do that: no
 * setting of the product leads here.
 */
class NoJournal extends Journal {
  override async append(): Promise<readonly number[]> {
    return [];
  }

  override search(): never {
    throw new Error('nothing is on record here');
  }

  override rebuild(): never {
    return this.search();
  }

  override summarise(): never {
    return this.search();
  }

  override dataKeysUnder(): never {
    return this.search();
  }
}

function withoutJournal(app: DynamicModule): DynamicModule {
  const unaudited: DynamicModule = {
    module: AuditModule,
    providers: [
      { provide: Journal, useClass: NoJournal },
      { provide: LogKeeper, useValue: { start: () => undefined, stop: async () => undefined } },
    ],
  };
  return { ...app, imports: (app.imports ?? []).map((module) => (module === AuditModule ? unaudited : module)) };
}

const config = readConfig(process.env);
const logger = new JsonLogger(config.KEYSTEAD_LOG_LEVEL);
await prepareDataDir(config);
const app = await createHttpApp(withoutJournal(AppModule.of(config)), {
  logger,
  maxInFlight: config.KEYSTEAD_MAX_IN_FLIGHT,
  maxBodyBytes: config.KEYSTEAD_MAX_BODIES_MIB * 1024 * 1024,
  requestMs: config.KEYSTEAD_REQUEST_SECONDS * 1000,
});
process.once('SIGTERM', () => {
  void app
    .close()
    .then(() => app.get(RootKeys).close())
    .then(() => app.get(Database).stop());
});
await app.listen(config.KEYSTEAD_PORT, config.KEYSTEAD_HOST);
