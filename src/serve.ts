import type { AddressInfo } from 'node:net';
import { prepareDataDir } from './admin/prepare-data-dir.js';
import { RootUnsealing } from './admin/root-unsealing.js';
import { AppModule } from './app.module.js';
import { readConfig, type Config } from './config/config.js';
import { createHttpApp } from './doors/http/create-http-app.js';
import { serveSealed } from './doors/http/sealed-server.js';
import { TlsServers } from './doors/http/tls/tls-servers.js';
import { InstallReady } from './operations/install-ready.js';
import { Kms } from './operations/kms.js';
import { RootKeys } from './roots/root-keys.js';
import type { Unsealed } from './roots/roots.module.js';
import { Database } from './storage/database.js';
import { JsonLogger } from './telemetry/json-logger.js';
import { openTracer } from './telemetry/telemetry.module.js';
import { writeForPeople } from './telemetry/write-for-people.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs the server until it is told to stop (SIGINT, SIGTERM): prepares, opens, listens, and on the way down drains
 * requests before the database goes.
 */
export async function serve(environment: Record<string, string | undefined>): Promise<void> {
  const config = readConfig(environment);
  const logger = new JsonLogger(config.KEYSTEAD_LOG_LEVEL, process.stderr.isTTY ? writeForPeople : undefined);
  const notes = await prepareDataDir(config);
  const tls = await openTls(config, logger);
  const unsealed = await unsealRoots(config, tls, logger);
  const tracer = await openTracer(config);
  const app = await createHttpApp(AppModule.of(config, tracer, unsealed), {
    logger,
    tls,
    tracer,
    maxInFlight: config.KEYSTEAD_MAX_IN_FLIGHT,
    maxBodyBytes: config.KEYSTEAD_MAX_BODIES_MIB * 1024 * 1024,
    requestMs: config.KEYSTEAD_REQUEST_SECONDS * 1000,
  });
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
    await tracer.close();
    logger.log('stopped');
  };
  // A repeated signal does not cut the shutdown short.
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      stopping ??= stop(signal);
    });
  }

  await app.listen(config.KEYSTEAD_PORT, config.KEYSTEAD_HOST);
  const { address, port } = app.getHttpServer().address() as AddressInfo;
  const scheme = tls ? 'https' : 'http';
  logger.log(`Keystead listens on ${scheme}://${address.includes(':') ? `[${address}]` : address}:${port}`);
}

/** While nothing is open that would have to be closed. */
function endAtOnce(): never {
  process.exit(0);
}

/** Waits for the keepers of `shamir:` roots; other roots open by themselves. @throws KmsError as `RootUnsealing.begin` */
async function unsealRoots(config: Config, tls: TlsServers | undefined, logger: JsonLogger): Promise<Unsealed> {
  const unsealing = await RootUnsealing.begin(config, (line) => logger.log(line));
  if (!unsealing.progress().sealed) return unsealing.unsealed;
  for (const signal of SIGNALS) process.on(signal, endAtOnce);
  await serveSealed(unsealing, { port: config.KEYSTEAD_PORT, host: config.KEYSTEAD_HOST, tls }, (server) => {
    const { port } = server.address() as AddressInfo;
    logger.warn(`The root key is sealed. Its keepers unseal it on port ${port}: keystead root unseal`);
  });
  for (const signal of SIGNALS) process.off(signal, endAtOnce);
  return unsealing.unsealed;
}

/** @throws KmsError invalid-setting */
async function openTls(config: Config, logger: JsonLogger): Promise<TlsServers | undefined> {
  const { KEYSTEAD_TLS_CERT: cert, KEYSTEAD_TLS_KEY: key } = config;
  if (cert === undefined || key === undefined) return undefined;
  const settings = {
    cert,
    key,
    minVersion: config.KEYSTEAD_TLS_MIN_VERSION,
    clientCa: config.KEYSTEAD_TLS_CLIENT_CA,
    crl: config.KEYSTEAD_TLS_CRL,
  };
  return TlsServers.open(settings, logger);
}
