import { Global, Module } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { Clock } from '../ledger/clock.js';
import { InstallStore } from '../ledger/install-store.js';
import { SealKeys } from '../ledger/ledger.js';
import { Nodes } from '../ledger/nodes.js';
import { RootMigrations } from '../ledger/root-migrations.js';
import { RootWrappings } from '../ledger/root-wrappings.js';
import { WrappingStore } from '../keys/wrapped-object.js';
import { InstallReady } from '../operations/install-ready.js';
import { KeyringSecrets } from '../operations/keyring-secrets.js';
import { RootCeremony } from '../operations/root-ceremony.js';
import { RootKeys } from '../roots/root-keys.js';
import { Database } from '../storage/database.js';
import { LogWatch } from '../storage/audit/log-watch.js';
import { LogKeeper } from '../storage/audit/log-keeper.js';
import { SinkFeeds } from '../storage/audit/sink-feeds.js';
import { Health } from '../telemetry/health.js';
import { NodeHealth } from './node-health.js';
import { firstStart } from './first-start.js';

/** Opens the install, or sets it up, before anything may use it. */
@Global()
@Module({
  providers: [
    { provide: RootCeremony, useFactory: rootCeremony, inject: [RootKeys, RootMigrations, RootWrappings, Nodes] },
    { provide: KeyringSecrets, useFactory: keyringSecrets, inject: [RootCeremony, WrappingStore, CONFIG] },
    { provide: SealKeys, useExisting: KeyringSecrets },
    {
      provide: InstallReady,
      useFactory: async (config: Config, store: InstallStore, secrets: KeyringSecrets, clock: Clock) => ({
        notes: await firstStart(config, store, secrets, new Date(clock.now())),
      }),
      inject: [CONFIG, InstallStore, KeyringSecrets, Clock],
    },
    {
      provide: Health,
      useFactory: (database: Database, root: RootCeremony, sinks: SinkFeeds, log: LogWatch, keeper: LogKeeper) =>
        new NodeHealth(database, root, sinks, log, keeper),
      inject: [Database, RootCeremony, SinkFeeds, LogWatch, LogKeeper],
    },
  ],
  exports: [RootCeremony, KeyringSecrets, SealKeys, InstallReady, Health],
})
export class InstallModule {}

async function rootCeremony(
  roots: RootKeys,
  migrations: RootMigrations,
  wrappings: RootWrappings,
  nodes: Nodes,
): Promise<RootCeremony> {
  const ceremony = new RootCeremony(roots, migrations, wrappings, nodes);
  await ceremony.refresh();
  return ceremony;
}

function keyringSecrets(ceremony: RootCeremony, wrappings: WrappingStore, config: Config): KeyringSecrets {
  const proof = {
    provenForMs: config.KEYSTEAD_ROOT_PROVEN_SECONDS * 1000,
    graceMs: config.KEYSTEAD_ROOT_GRACE_SECONDS * 1000,
  };
  return new KeyringSecrets(
    () => ceremony.unwrapping(),
    wrappings,
    proof,
    () => ceremony.wrapping(),
  );
}
