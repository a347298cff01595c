import type { KmsError } from '../../errors.js';
import { integrityFailure } from '../../keys/row-seal.js';
import type { Clock } from '../../ledger/clock.js';
import type { SealKeys } from '../../ledger/ledger.js';
import { INSTALL_SCOPE, SEALED_TABLES, type SealedTableName } from '../../ledger/sealed-tables.js';
import type { LogWriter } from '../audit/log-writer.js';
import type { Database } from '../database.js';
import { RowWatch, type RowChange } from '../row-watch.js';
import { KeyCache } from './key-cache.js';
import { PostgresLedger } from './postgres-ledger.js';
import { KeyReader } from './read-key.js';
import { RowCheck, type RowName } from './row-check.js';
import { Scopes } from './scopes.js';
import { Serial } from './serial.js';

interface LedgerSettings {
  readonly cacheKeys: number;
  readonly cacheMs: number;
  readonly log: (line: string) => void;
}

/** The ledger with its caches, and the watch that keeps them warm. */
export class LedgerOnPostgres {
  readonly ledger: PostgresLedger;
  /** Told of each integrity failure that the watch or a refresh found. */
  onIntegrityFailure: (error: KmsError) => void = () => undefined;
  /** Told of each key that changed, as this node catches up: what was unwrapped of it is not current any more. */
  onKeyChanged: (keyId: string) => void = () => undefined;
  onWrappingKeyChanged: (keyringId: string, version: number) => void = () => undefined;
  readonly cache: KeyCache;
  readonly #scopes: Scopes;
  readonly #watch: RowWatch;
  readonly #checking = new Serial();
  readonly #check: RowCheck;
  /** By scope, then by table and id: what is looked at next. */
  readonly #waiting = new Map<string, Map<string, RowName>>();

  constructor(database: Database, seals: SealKeys, clock: Clock, log: LogWriter, settings: LedgerSettings) {
    this.cache = new KeyCache(settings.cacheKeys, settings.cacheMs);
    this.#scopes = new Scopes(
      database.reads,
      seals,
      (_scopeId, rows) => rows.forEach(({ table, id }) => this.#forget(table, id)),
      (error) => {
        settings.log(error.detail);
        this.onIntegrityFailure(error);
      },
    );
    this.#check = new RowCheck(database.reads, new KeyReader(database.reads), this.#scopes);
    this.ledger = new PostgresLedger(database.reads, database.changes, this.#scopes, this.cache, clock, log);
    this.#watch = new RowWatch(database.url, {
      rowChanged: (change) => this.#rowChanged(change),
      seen: () => this.#scopes.seen(),
      heads: (now, before) => this.#heads(now, before),
      missed: () => this.cache.clear(),
    });
  }

  async start(): Promise<void> {
    await this.ledger.install();
    await this.#watch.start();
  }

  async stop(): Promise<void> {
    await this.#watch.stop();
  }

  #rowChanged({ table, keyring, key, id }: RowChange): void {
    if (!(table in SEALED_TABLES)) return;
    const isVersion = table === 'key_version';
    const row = { table: isVersion ? 'key' : table, id: (isVersion ? key : id) ?? '' } as RowName;
    const { home } = SEALED_TABLES[table as SealedTableName];
    this.#forget(row.table, row.id);
    this.#look(home === 'install' ? INSTALL_SCOPE : (keyring ?? ''), row);
  }

  /** One batch at a time: what changes meanwhile is the next one. A scope that this node has not opened is verified when it is. */
  #look(scopeId: string, row: RowName): void {
    if (this.#scopes.revisionOf(scopeId) < 0) return;
    const batch = this.#waiting.get(scopeId) ?? new Map<string, RowName>();
    batch.set(`${row.table}:${row.id}`, row);
    if (this.#waiting.has(scopeId)) return;
    this.#waiting.set(scopeId, batch);
    const check = async () => {
      this.#waiting.delete(scopeId);
      await this.#check.run(scopeId, [...batch.values()]);
    };
    this.#checking.run(check).catch(() => undefined);
  }

  #forget(table: string, id: string): void {
    if (table === 'key') {
      this.cache.forgetKey(id);
      this.onKeyChanged(id);
    }
    if (table === 'alias') this.cache.forgetAliases();
    // The end of a rewrap, or of a keyring: material is under another wrapping key, or lost, and the old one is gone.
    if (table === 'wrapping_key') {
      this.cache.clear();
      const [keyringId = '', version] = id.split('/');
      this.onWrappingKeyChanged(keyringId, Number(version));
    }
  }

  #heads(now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): void {
    for (const [scopeId, seen] of before) {
      const revision = now.get(scopeId) ?? -1;
      if (revision < seen) {
        this.#scopes.fail(scopeId, integrityFailure(`the head of scope ${scopeId} is older than this node has seen`));
      } else if (this.ledger.isBehind(scopeId, revision)) {
        this.#scopes.refresh(scopeId).catch(() => undefined);
      }
    }
  }
}
