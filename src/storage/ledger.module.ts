import { Global, Logger, Module, type OnApplicationShutdown, Inject } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { MessageCounters } from '../keys/message-counters.js';
import { Clock } from '../ledger/clock.js';
import { Ledger, SealKeys } from '../ledger/ledger.js';
import { LogWriter } from './audit/log-writer.js';
import { Database } from './database.js';
import { LedgerOnPostgres } from './ledger/open-ledger.js';
import { PostgresMessageCounters } from './postgres-message-counters.js';

/** What needs the seals besides the database: the ledger, the counters. */
@Global()
@Module({
  providers: [
    { provide: LedgerOnPostgres, useFactory: openLedger, inject: [Database, SealKeys, Clock, LogWriter, CONFIG] },
    { provide: Ledger, useFactory: ({ ledger }: LedgerOnPostgres) => ledger, inject: [LedgerOnPostgres] },
    {
      provide: MessageCounters,
      useFactory: ({ changes }: Database, seals: SealKeys) => new PostgresMessageCounters(changes, seals),
      inject: [Database, SealKeys],
    },
  ],
  exports: [Ledger, LedgerOnPostgres, MessageCounters],
})
export class LedgerModule implements OnApplicationShutdown {
  constructor(@Inject(LedgerOnPostgres) private readonly opened: LedgerOnPostgres) {}

  async onApplicationShutdown(): Promise<void> {
    await this.opened.stop();
  }
}

function openLedger(
  database: Database,
  seals: SealKeys,
  clock: Clock,
  log: LogWriter,
  config: Config,
): LedgerOnPostgres {
  const logger = new Logger('Ledger');
  return new LedgerOnPostgres(database, seals, clock, log, {
    cacheKeys: config.KEYSTEAD_CACHE_KEYS,
    cacheMs: config.KEYSTEAD_CACHE_SECONDS * 1000,
    log: (line) => logger.error(line),
  });
}
