import { Global, Module } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { Clock } from '../ledger/clock.js';
import { InstallStore } from '../ledger/install-store.js';
import { SealKeys } from '../ledger/ledger.js';
import { WrappingStore } from '../keys/wrapped-object.js';
import { InstallReady } from '../operations/install-ready.js';
import { KeyringSecrets } from '../operations/keyring-secrets.js';
import { RootKeys } from '../roots/root-keys.js';
import { Database } from '../storage/database.js';
import { Health } from '../telemetry/health.js';
import { NodeHealth } from './node-health.js';
import { firstStart } from './first-start.js';

/** Opens the install, or sets it up, before anything may use it. */
@Global()
@Module({
  providers: [
    { provide: KeyringSecrets, useFactory: keyringSecrets, inject: [RootKeys, WrappingStore, CONFIG] },
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
      useFactory: (database: Database, roots: RootKeys) => new NodeHealth(database, roots),
      inject: [Database, RootKeys],
    },
  ],
  exports: [KeyringSecrets, SealKeys, InstallReady, Health],
})
export class InstallModule {}

function keyringSecrets({ current, next }: RootKeys, wrappings: WrappingStore, config: Config): KeyringSecrets {
  const roots = next ? [current, next] : [current];
  return new KeyringSecrets(() => roots, wrappings, {
    provenForMs: config.KEYSTEAD_ROOT_PROVEN_SECONDS * 1000,
    graceMs: config.KEYSTEAD_ROOT_GRACE_SECONDS * 1000,
  });
}
