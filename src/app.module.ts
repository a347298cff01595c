import {
  Inject,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { InstallModule } from './admin/install.module.js';
import { SignerModule } from './admin/signer.module.js';
import { packageVersion } from './cli/package-version.js';
import { CheckpointDelivery, WitnessDelivery } from './audit/delivery/checkpoint-delivery.js';
import type { CredentialRow } from './access/records.js';
import { isLoopback, type Config } from './config/config.js';
import { CONFIG, ConfigModule } from './config/config.module.js';
import { AwsModule } from './doors/aws/aws.module.js';
import { ClockModule } from './doors/clock/clock.module.js';
import { RestModule } from './doors/rest/rest.module.js';
import { KmsError } from './errors.js';
import { WrappingStore } from './keys/wrapped-object.js';
import { uuidv7 } from './keys/uuid.js';
import { DEPS, type Deps } from './operations/deps.js';
import { raiseAlarm } from './operations/note-own.js';
import { Kms } from './operations/kms.js';
import { EventDelivery } from './operations/events/event-delivery.js';
import { NodeHeartbeat } from './operations/node-heartbeat.js';
import { OperationsModule } from './operations/operations.module.js';
import { continueRootWork } from './operations/root/continue-root-work.js';
import { RootKeys } from './roots/root-keys.js';
import { RootsModule, type Unsealed } from './roots/roots.module.js';
import { LedgerModule } from './storage/ledger.module.js';
import { LedgerOnPostgres } from './storage/ledger/open-ledger.js';
import { LogWatch } from './storage/audit/log-watch.js';
import { LogKeeper } from './storage/audit/log-keeper.js';
import { SinkFeeds } from './storage/audit/sink-feeds.js';
import { AuditModule } from './storage/audit.module.js';
import { StorageModule } from './storage/storage.module.js';
import { Health } from './telemetry/health.js';
import { PrometheusMeter } from './telemetry/prometheus-meter.js';
import { TelemetryModule } from './telemetry/telemetry.module.js';
import { NoTracer, type Tracer } from './tracer.js';

/** The composition root: the rooms' modules, and what only the whole knows. */
@Module({})
export class AppModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #heartbeat: NodeHeartbeat;

  constructor(
    @Inject(LedgerOnPostgres) private readonly ledger: LedgerOnPostgres,
    @Inject(Kms) private readonly kms: Kms,
    @Inject(DEPS) private readonly deps: Deps,
    @Inject(WrappingStore) wrappings: WrappingStore,
    @Inject(PrometheusMeter) meter: PrometheusMeter,
    @Inject(Health) health: Health,
    @Inject(EventDelivery) delivery: EventDelivery,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CheckpointDelivery) checkpoints: CheckpointDelivery,
    @Inject(WitnessDelivery) witnesses: WitnessDelivery,
    @Inject(SinkFeeds) sinks: SinkFeeds,
    @Inject(LogWatch) log: LogWatch,
    @Inject(LogKeeper) keeper: LogKeeper,
    @Inject(RootKeys) private readonly roots: RootKeys,
  ) {
    meter.watchSize('loaded_versions', 'Key versions unwrapped in memory.', () => deps.loaded.size);
    meter.watchSize('cached_keys', 'Keys verified in memory.', () => ledger.cache.size);
    meter.watchCount(
      'loaded_versions_asked',
      'Key versions that operations asked for.',
      () => deps.loaded.counts.asked,
    );
    meter.watchCount('loaded_versions_hits', 'Those of them that were in memory.', () => deps.loaded.counts.hits);
    meter.watchSize('overdue_keys', 'Keys whose policy could not be followed, or has been due for ten minutes.', () =>
      deps.dueKeys.countOverdue(new Date(deps.clock.now() - 600_000)),
    );
    meter.watchHealth(health);
    const oldest = 'Age of the oldest event that is neither delivered nor dead.';
    meter.watchSize('events_oldest_pending_seconds', oldest, () => delivery.oldestPendingSeconds);
    meter.watchSize(
      'audit_checkpoint_targets_failing',
      'Places that do not take checkpoints.',
      () => checkpoints.failing,
    );
    meter.watchSize('audit_witnesses_failing', 'Witnesses that do not co-sign.', () => witnesses.failing);
    meter.watchSize('audit_log_failing', '1: records are not ordered, searchable or signed.', () =>
      keeper.failure ? 1 : 0,
    );
    meter.watchSize('audit_sinks_failing', 'Places that do not take audit records.', () => sinks.failing.length);
    meter.watchSize('audit_sink_behind', 'Records that wait for the slowest place.', () => sinks.behind);
    meter.watchSize('audit_unordered', 'Audit records without a place in the log.', () => log.lag.unordered);
    meter.watchSize('audit_unsigned', 'Audit records under no checkpoint.', () => log.lag.unsigned);
    meter.watchSize('audit_unsearchable', 'Audit records that are not searched yet.', () => log.lag.unsearchable);
    const node = { id: uuidv7(), name: deps.node };
    this.#heartbeat = new NodeHeartbeat(deps.root, wrappings, node, () => continueRootWork(deps, kms));
  }

  static of(config: Config, tracer: Tracer = new NoTracer(), unsealed?: Unsealed): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.of(config),
        StorageModule,
        SignerModule,
        AuditModule,
        RootsModule.with(unsealed),
        InstallModule,
        LedgerModule,
        TelemetryModule.with(tracer),
        OperationsModule,
        RestModule.with({
          openMetrics: config.KEYSTEAD_METRICS === 'open',
          testClock: config.KEYSTEAD_TEST_CLOCK === '1',
          version: packageVersion(),
        }),
        AwsModule,
        ClockModule,
      ],
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    this.ledger.onIntegrityFailure = (failure) => void raiseAlarm(this.deps, failure);
    this.ledger.onKeyChanged = (keyId) => this.deps.loaded.forgetKey(keyId);
    this.ledger.onWrappingKeyChanged = (keyringId, version) => {
      this.deps.loaded.clear();
      this.deps.secrets.forgetWrappingKeySoon(keyringId, version);
    };
    await this.#heartbeat.start();
    await this.ledger.start();
    await this.#mustKeepDevelopmentTokensHere();
    this.deps.lastUse.start();
    this.deps.usage.start();
    const { unsealedBy } = this.roots;
    await this.kms.note('service.start', Object.keys(unsealedBy).length > 0 ? { unsealedBy } : {});
  }

  /** The tokens that a first start leaves in a file are for this machine alone. */
  async #mustKeepDevelopmentTokensHere(): Promise<void> {
    if (isLoopback(this.config.KEYSTEAD_HOST)) return;
    const { access } = await this.deps.ledger.install();
    const now = this.deps.clock.now();
    const isLive = ({ purpose, revokedAt, expiresAt }: CredentialRow) =>
      purpose === 'development' && !revokedAt && (expiresAt?.getTime() ?? Infinity) > now;
    const live = [...access.credentials.values()].filter(isLive);
    if (live.length === 0) return;
    throw new KmsError(
      'invalid-setting',
      `KEYSTEAD_HOST: not a loopback address, and ${live.length} credentials of the first start are still live: revoke them first (keystead credential revoke), or keep KEYSTEAD_HOST=127.0.0.1`,
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#heartbeat.stop();
    await this.kms.flush();
    await this.deps.lastUse.stop();
    await this.deps.usage.stop();
  }
}
