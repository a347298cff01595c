import { Global, Module } from '@nestjs/common';
import { CredentialUses } from '../access/credential-uses.js';
import { LoginAttempts } from '../access/login-attempts.js';
import { OidcIssuers } from '../access/oidc/oidc-issuers.js';
import { AuditLog } from '../audit/audit-log.js';
import { Journal } from '../audit/journal.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { HttpWebhookSender } from '../events/http-webhook-sender.js';
import { Outbox } from '../events/outbox.js';
import { KeyUses } from '../keys/key-uses.js';
import { ImportTokens } from '../keys/import-tokens.js';
import { MaterialStore } from '../keys/material-store.js';
import { MessageCounters } from '../keys/message-counters.js';
import { Clock } from '../ledger/clock.js';
import { DueKeys } from '../ledger/due-keys.js';
import { Ledger } from '../ledger/ledger.js';
import { MaintenanceStore } from '../ledger/maintenance-store.js';
import { Tracer } from '../tracer.js';
import { DEPS, type Deps } from './deps.js';
import { EventDelivery } from './events/event-delivery.js';
import { InstallReady } from './install-ready.js';
import { KeyringSecrets } from './keyring-secrets.js';
import { Kms } from './kms.js';
import { LastUse } from './last-use.js';
import { Limits } from './limits/limits.js';
import { LoadedKeys } from './loaded-keys.js';
import { Meter } from './meter.js';
import { TestClock } from './rotation/test-clock.js';
import { UsageCounter } from './usage/usage-counter.js';
import { RotationRequests } from './rotation-requests.js';
import { RootCeremony } from './root-ceremony.js';

const PORTS = [
  Ledger,
  Journal,
  AuditLog,
  Clock,
  KeyringSecrets,
  ImportTokens,
  MaterialStore,
  MaintenanceStore,
  MessageCounters,
  CredentialUses,
  LoginAttempts,
  DueKeys,
  KeyUses,
  Outbox,
];

/** The one way in, with everything behind it. */
@Global()
@Module({
  providers: [
    {
      provide: DEPS,
      useFactory: depsOf,
      inject: [CONFIG, RotationRequests, RootCeremony, Meter, Tracer, ...PORTS, InstallReady],
    },
    { provide: RotationRequests, useFactory: () => new RotationRequests() },
    { provide: Kms, useFactory: openKms, inject: [DEPS, RotationRequests] },
    {
      provide: EventDelivery,
      useFactory: (deps: Deps) => new EventDelivery(deps, deps.outbox, new HttpWebhookSender()),
      inject: [DEPS],
    },
  ],
  exports: [DEPS, Kms, EventDelivery],
})
export class OperationsModule {}

function openKms(deps: Deps, rotations: RotationRequests): Kms {
  const kms = new Kms(deps);
  rotations.serve(kms);
  return kms;
}

function depsOf(
  config: Config,
  rotations: RotationRequests,
  root: RootCeremony,
  meter: Meter,
  tracer: Tracer,
  ledger: Ledger,
  journal: Journal,
  log: AuditLog,
  clock: Clock,
  secrets: KeyringSecrets,
  importTokens: ImportTokens,
  materials: MaterialStore,
  maintenance: MaintenanceStore,
  counters: MessageCounters,
  credentialUses: CredentialUses,
  loginAttempts: LoginAttempts,
  dueKeys: DueKeys,
  keyUses: KeyUses,
  outbox: Outbox,
): Deps {
  const testClock = config.KEYSTEAD_TEST_CLOCK === '1' ? new TestClock(clock) : undefined;
  const loaded = new LoadedKeys(secrets, config.KEYSTEAD_CACHE_KEYS);
  return {
    ledger,
    journal,
    log,
    clock,
    engineClock: testClock ?? clock,
    testClock,
    monotonicNow: () => performance.now(),
    secrets,
    loaded,
    importTokens,
    materials,
    maintenance,
    dueKeys,
    outbox,
    usage: new UsageCounter(keyUses),
    counters,
    root,
    rootPatienceMs: 5000,
    meter,
    tracer,
    limits: new Limits({
      callerCost: config.KEYSTEAD_CALLER_COST_PER_SECOND,
      sourceRequests: config.KEYSTEAD_SOURCE_REQUESTS_PER_SECOND,
      sourceFailures: config.KEYSTEAD_SOURCE_FAILURES_PER_SECOND,
    }),
    issuers: new OidcIssuers(config.KEYSTEAD_OIDC_ISSUERS ?? []),
    lastUse: new LastUse(credentialUses),
    loginAttempts,
    sessionSeconds: config.KEYSTEAD_SESSION_SECONDS,
    rotateSoon: (keyringId, keyId) => rotations.ask(keyringId, keyId),
    node: config.KEYSTEAD_NODE_NAME,
  };
}
