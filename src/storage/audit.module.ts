import { setTimeout as sleep } from 'node:timers/promises';
import {
  Global,
  Inject,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { Journal } from '../audit/journal.js';
import { CheckpointDelivery, WitnessDelivery } from '../audit/delivery/checkpoint-delivery.js';
import { openRecordTarget } from '../audit/delivery/open-record-target.js';
import { deliveryTarget } from '../audit/delivery/delivery-target.js';
import { KeptCheckpoint } from '../audit/log/kept-checkpoint.js';
import { LogSigner } from '../audit/log/log-signer.js';
import { readVerifierKey } from '../audit/verifier/open-note.js';
import { WitnessPolicy } from '../audit/verifier/witness-policy.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { Checkpointer } from './audit/checkpointer.js';
import { Inbox } from './audit/inbox.js';
import { LogKeeper } from './audit/log-keeper.js';
import { LogWatch } from './audit/log-watch.js';
import { LogWriter } from './audit/log-writer.js';
import { mayDeleteRecords } from './audit/may-delete-records.js';
import { PostgresJournal } from './audit/postgres-journal.js';
import { Projection } from './audit/projection.js';
import { PublishedLog } from './audit/published-log.js';
import { SinkFeed } from './audit/sink-feed.js';
import { SinkFeeds } from './audit/sink-feeds.js';
import { Sequencer } from './audit/sequencer.js';
import { WitnessTarget } from './audit/witness-target.js';
import { WrittenTree } from './audit/written-tree.js';
import { Database } from './database.js';

const BY_TRIGGER_ONLY =
  'audit records are append-only by trigger alone: the role of the service owns its tables. Give the service a role of its own, and the owner in KEYSTEAD_MIGRATION_DATABASE_URL';
/** At the end, for a target that hangs. */
const LAST_DELIVERY_MS = 5000;

/** The audit log: its writer, its order, its search index, its checkpoints. */
@Global()
@Module({
  providers: [
    {
      provide: LogWriter,
      useFactory: ({ appends }: Database, signer: LogSigner, config: Config) =>
        new LogWriter(appends, signer, config.KEYSTEAD_NODE_NAME),
      inject: [Database, LogSigner, CONFIG],
    },
    {
      provide: WrittenTree,
      useFactory: (signer: LogSigner) => new WrittenTree(readVerifierKey(signer.verifierKey)),
      inject: [LogSigner],
    },
    { provide: Sequencer, useFactory: openSequencer, inject: [Database, LogSigner, WrittenTree, LogWriter] },
    { provide: Projection, useFactory: openProjection, inject: [Database, Sequencer] },
    {
      provide: Journal,
      useFactory: (writer: LogWriter, sequencer: Sequencer, projection: Projection, { reads }: Database) =>
        new PostgresJournal(writer, sequencer, projection, reads),
      inject: [LogWriter, Sequencer, Projection, Database],
    },
    { provide: CheckpointDelivery, useFactory: openDelivery, inject: [CONFIG] },
    { provide: WitnessDelivery, useFactory: openWitnesses, inject: [Database, LogSigner, WitnessPolicy, CONFIG] },
    {
      provide: Checkpointer,
      useFactory: openCheckpointer,
      inject: [Database, LogSigner, KeptCheckpoint, WrittenTree, CheckpointDelivery, WitnessDelivery],
    },
    {
      provide: AuditLog,
      useFactory: openLog,
      inject: [Database, Sequencer, Checkpointer, LogSigner, WitnessPolicy],
    },
    { provide: SinkFeeds, useFactory: openSinks, inject: [Database, CONFIG] },
    { provide: Inbox, useFactory: openInbox, inject: [Database, LogSigner] },
    { provide: LogWatch, useFactory: ({ reads }: Database) => new LogWatch(reads), inject: [Database] },
    { provide: LogKeeper, useFactory: openKeeper, inject: [Sequencer, Projection, Checkpointer, Inbox, LogWatch] },
  ],
  exports: [LogWriter, Journal, AuditLog, CheckpointDelivery, WitnessDelivery, SinkFeeds, LogWatch, LogKeeper],
})
export class AuditModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(LogKeeper) private readonly keeper: LogKeeper,
    @Inject(CheckpointDelivery) private readonly delivery: CheckpointDelivery,
    @Inject(WitnessDelivery) private readonly witnesses: WitnessDelivery,
    @Inject(Database) private readonly database: Database,
    @Inject(LogSigner) private readonly signer: LogSigner,
    @Inject(SinkFeeds) private readonly sinks: SinkFeeds,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const logger = new Logger('AuditLog');
    logger.log(`the audit log is signed by ${this.signer.verifierKey}`);
    if (await mayDeleteRecords(this.database.reads)) logger.warn(BY_TRIGGER_ONLY);
    this.keeper.start();
    this.sinks.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sinks.stop();
    await this.keeper.stop();
    const flushed = Promise.all([this.delivery.flush(), this.witnesses.flush()]);
    await Promise.race([flushed, sleep(LAST_DELIVERY_MS, undefined, { ref: false })]);
  }
}

function openSequencer({ changes }: Database, signer: LogSigner, written: WrittenTree, writer: LogWriter): Sequencer {
  const logger = new Logger('AuditLog');
  const leaveOut = (what: string, stream: string) => {
    logger.error(`${what}: the records of this stream are left out of the log`);
    writer.leftOut(stream);
  };
  return new Sequencer(changes, readVerifierKey(signer.verifierKey), written, leaveOut, writer.own);
}

function openProjection({ changes }: Database, { recent }: Sequencer): Projection {
  const logger = new Logger('AuditLog');
  return new Projection(changes, recent, (what) => logger.error(what));
}

function openInbox({ changes }: Database, { verifierKey }: LogSigner): Inbox {
  return new Inbox(changes, readVerifierKey(verifierKey));
}

function openDelivery(config: Config): CheckpointDelivery {
  const logger = new Logger('AuditLog');
  const targets = (config.KEYSTEAD_AUDIT_CHECKPOINTS ?? []).map(deliveryTarget);
  return new CheckpointDelivery(targets, config.KEYSTEAD_AUDIT_CHECKPOINT_SECONDS * 1000, {
    failed: (target, why) => logger.error(`checkpoints do not get to ${target}: ${why}; the newest is tried again`),
    recovered: (target) => logger.log(`checkpoints get to ${target} again`),
  });
}

function openWitnesses(
  { reads }: Database,
  signer: LogSigner,
  { witnesses }: WitnessPolicy,
  config: Config,
): WitnessDelivery {
  const logger = new Logger('AuditLog');
  const log = readVerifierKey(signer.verifierKey);
  const targets = witnesses.flatMap((witness) =>
    witness.url === undefined ? [] : [new WitnessTarget({ ...witness, url: witness.url }, reads, log)],
  );
  return new WitnessDelivery(targets, config.KEYSTEAD_AUDIT_CHECKPOINT_SECONDS * 1000, {
    failed: (target, why) => logger.error(`${target} does not co-sign: ${why}; it is asked again`),
    recovered: (target) => logger.log(`${target} co-signs again`),
  });
}

function openCheckpointer(
  { changes }: Database,
  signer: LogSigner,
  kept: KeptCheckpoint,
  written: WrittenTree,
  delivery: CheckpointDelivery,
  witnesses: WitnessDelivery,
): Checkpointer {
  return new Checkpointer(changes, signer, kept, written, (note) => {
    delivery.offer(note);
    witnesses.offer(note);
  });
}

function openLog(
  { reads }: Database,
  sequencer: Sequencer,
  checkpointer: Checkpointer,
  { verifierKey }: LogSigner,
  witnesses: WitnessPolicy,
): PublishedLog {
  return new PublishedLog(reads, sequencer, checkpointer, verifierKey, witnesses);
}

function openSinks({ reads }: Database, config: Config): SinkFeeds {
  const logger = new Logger('AuditLog');
  const events = {
    failed: (target: string, why: string) => logger.error(`audit records do not get to ${target}: ${why}; they wait`),
    recovered: (target: string) => logger.log(`audit records get to ${target} again`),
  };
  const addresses = config.KEYSTEAD_AUDIT_SINKS ?? [];
  return new SinkFeeds(addresses.map((address) => new SinkFeed(reads, openRecordTarget(address), events)));
}

/** A failure that stays is said once. */
function openKeeper(
  sequencer: Sequencer,
  projection: Projection,
  checkpointer: Checkpointer,
  inbox: Inbox,
  watch: LogWatch,
): LogKeeper {
  const logger = new Logger('AuditLog');
  let said: string | undefined;
  return new LogKeeper(sequencer, projection, checkpointer, inbox, watch, (error) => {
    const text = error instanceof Error ? error.message : String(error);
    if (text !== said) logger.error(text);
    said = text;
  });
}
