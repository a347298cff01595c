import type { AddressInfo } from 'node:net';
import { prepareDataDir } from './admin/prepare-data-dir.js';
import { AppModule } from './app.module.js';
import { readConfig } from './config/config.js';
import { createHttpApp } from './doors/http/create-http-app.js';
import { InstallReady } from './operations/install-ready.js';
import { Kms } from './operations/kms.js';
import { RootKeys } from './roots/root-keys.js';
import { Database } from './storage/database.js';
import { JsonLogger } from './telemetry/json-logger.js';
import { writeForPeople } from './telemetry/write-for-people.js';

/**
 * Runs the server until it is told to stop (SIGINT, SIGTERM): prepares, opens, listens, and on the way down drains
 * requests before the database goes.
 */
export async function serve(environment: Record<string, string | undefined>): Promise<void> {
  const config = readConfig(environment);
  const logger = new JsonLogger(config.KEYSTEAD_LOG_LEVEL, process.stderr.isTTY ? writeForPeople : undefined);
  const notes = await prepareDataDir(config);
  const app = await createHttpApp(AppModule.of(config), { logger });
  for (const note of [...notes, ...app.get(InstallReady).notes]) logger.warn(note);

  let stopping: Promise<void> | undefined;
  const stop = async (signal: string) => {
    logger.log(`${signal}: stopping`);
    await app
      .get(Kms)
      .note('service.stop')
      .catch(() => undefined);
    await app.close();
    await app.get(RootKeys).close();
    await app.get(Database).stop();
    logger.log('stopped');
  };
  // A repeated signal does not cut the shutdown short.
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      stopping ??= stop(signal);
    });
  }

  await app.listen(config.KEYSTEAD_PORT, config.KEYSTEAD_HOST);
  const { address, port } = app.getHttpServer().address() as AddressInfo;
  logger.log(`Keystead listens on http://${address.includes(':') ? `[${address}]` : address}:${port}`);
}
