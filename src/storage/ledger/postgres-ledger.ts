import { In, type DataSource } from 'typeorm';
import type { AliasRow, KeySnapshot, WrappingKeyRow } from '../../keys/records.js';
import type { CampaignRow, PolicyRows } from '../../rotation/records.js';
import type { KmsError } from '../../errors.js';
import type { Clock } from '../../ledger/clock.js';
import {
  Ledger,
  type AliasQuery,
  type CampaignQuery,
  type Change,
  type GovernedKeyRows,
  type IdempotencyClaim,
  type InstallView,
  type KeyQuery,
} from '../../ledger/ledger.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { LogWriter } from '../audit/log-writer.js';
import { databaseFailure } from '../database-failure.js';
import { CampaignEntity } from '../entities/campaign.entity.js';
import { PolicyEntity } from '../entities/policy.entity.js';
import { IdempotencyKeyEntity } from '../entities/idempotency-key.entity.js';
import { WrappingKeyEntity } from '../entities/wrapping-key.entity.js';
import { FindKey } from './find-key.js';
import { findGoverned } from './governed-keys.js';
import type { KeyCache } from './key-cache.js';
import { policyRows } from './policy-rows.js';
import { findCampaignIds } from './list-campaigns.js';
import { listAliases, listKeyIds } from './list-keys.js';
import { PostgresChange } from './postgres-change.js';
import { KeyReader } from './read-key.js';
import type { ScopeMirror } from './scope-mirror.js';
import type { Scopes } from './scopes.js';
import { Serial } from './serial.js';
import { settled } from './settled.js';
import { allCurrent, verifiedKey } from './verify-row.js';

export class PostgresLedger extends Ledger {
  readonly #keys: KeyReader;
  readonly #find: FindKey;
  readonly #changing = new Map<string, Serial>();

  /** @param changes a pool of its own, so that a change that waits for a lock never keeps a read waiting */
  constructor(
    private readonly reads: DataSource,
    private readonly changes: DataSource,
    private readonly scopes: Scopes,
    cache: KeyCache,
    private readonly clock: Clock,
    private readonly log: LogWriter,
  ) {
    super();
    this.#keys = new KeyReader(reads);
    this.#find = new FindKey(reads, this.#keys, scopes, cache);
  }

  override async install(): Promise<InstallView> {
    return this.#reading(() => this.scopes.install());
  }

  override async findKey(keyringId: string, ref: string): Promise<KeySnapshot | undefined> {
    return this.#reading(() => this.#find.byRef(keyringId, ref));
  }

  override async findKeyByLineage(keyringId: string, lineageId: string): Promise<KeySnapshot | undefined> {
    return this.#reading(() => this.#find.byLineage(keyringId, lineageId));
  }

  override async listKeys(keyringId: string, query: KeyQuery): Promise<KeySnapshot[]> {
    return this.#reading(() =>
      this.#settled(
        keyringId,
        async () => {
          const ids = await listKeyIds(this.reads, keyringId, query, this.clock.now());
          return ids.length === 0 ? [] : this.#keys.byIds(this.reads, keyringId, ids);
        },
        (found) => found.map(({ key }) => key.revision),
        (mirror, found) => found.map((one) => verifiedKey(mirror, one)),
      ),
    );
  }

  override async listAliases(keyringId: string, query: AliasQuery): Promise<AliasRow[]> {
    return this.#reading(() =>
      this.#settled(
        keyringId,
        () => listAliases(this.reads, keyringId, query),
        (rows) => rows.map(({ revision }) => revision),
        allCurrent('alias'),
      ),
    );
  }

  override async findClaim(callerId: string, operation: string, key: Buffer): Promise<IdempotencyClaim | undefined> {
    return this.#reading(
      async () => (await this.reads.manager.findOneBy(IdempotencyKeyEntity, { callerId, operation, key })) ?? undefined,
    );
  }

  override async findPolicies(keyringId: string, keyId?: string): Promise<PolicyRows> {
    const targets = keyId === undefined ? ['keyring'] : ['keyring', keyId];
    return this.#reading(() =>
      this.#settled(
        keyringId,
        () => this.reads.manager.findBy(PolicyEntity, { keyringId, target: In(targets) }),
        (rows) => rows.map(({ revision }) => revision),
        (mirror, rows) => policyRows(mirror, keyringId, keyId, rows),
      ),
    );
  }

  override async listCampaigns(query: CampaignQuery): Promise<CampaignRow[]> {
    return this.#reading(async () => {
      const campaigns: CampaignRow[] = [];
      for (const [keyringId, ids] of await findCampaignIds(this.reads, query)) {
        const rows = await this.#settled(
          keyringId,
          () => this.reads.manager.findBy(CampaignEntity, { keyringId, id: In([...ids]) }),
          (found) => found.map(({ revision }) => revision),
          allCurrent('campaign'),
        );
        campaigns.push(...rows);
      }
      return campaigns.toSorted((a, b) => (a.id < b.id ? 1 : -1));
    });
  }

  override async findGoverned(
    keyringId: string,
    keyIds: readonly string[],
  ): Promise<ReadonlyMap<string, GovernedKeyRows | KmsError>> {
    return this.#reading(() => findGoverned(this.reads.manager, this.#keys, this.scopes, keyringId, keyIds));
  }

  override async wrappingKeys(keyringId: string): Promise<readonly WrappingKeyRow[]> {
    return this.#reading(() =>
      this.#settled(
        keyringId,
        () => this.reads.manager.find(WrappingKeyEntity, { where: { keyringId }, order: { version: 'ASC' } }),
        (rows) => rows.map(({ revision }) => revision),
        allCurrent('wrapping_key'),
      ),
    );
  }

  override get epoch(): number {
    return this.scopes.epoch;
  }

  override isBehind(scopeId: string, revision: number): boolean {
    return revision > this.scopes.revisionOf(scopeId);
  }

  override async refresh(scopeId: string): Promise<void> {
    await this.#reading(() => this.scopes.refresh(scopeId));
  }

  override async change<T>(scopeIds: readonly string[], work: (change: Change) => Promise<T>): Promise<T> {
    const ordered = [...new Set(scopeIds)].toSorted();
    const run = () => this.#inTransaction(ordered, work);
    // One change of a scope at a time and node: they would only wait for each other inside the database.
    const queued = ordered.reduceRight<() => Promise<T>>(
      (next, scopeId) => () => this.#serialOf(scopeId).run(next),
      run,
    );
    return this.#reading(queued);
  }

  async #inTransaction<T>(scopeIds: readonly string[], work: (change: Change) => Promise<T>): Promise<T> {
    for (const scopeId of [INSTALL_SCOPE, ...scopeIds]) await this.scopes.mirror(scopeId);
    const result = await this.changes.transaction('READ COMMITTED', async (manager) => {
      await manager.query(`set local lock_timeout = '5s'`);
      const lock = async (scopeId: string, strength: string) =>
        manager.query(`select 1 from head where scope_id = $1 for ${strength}`, [scopeId]);
      await lock(INSTALL_SCOPE, scopeIds.includes(INSTALL_SCOPE) ? 'no key update' : 'share');
      const installMirror = await this.scopes.catchUp(INSTALL_SCOPE, manager);
      const change = new PostgresChange(manager, await this.scopes.install(), this.clock.now(), this.log);
      for (const scopeId of scopeIds) {
        if (scopeId !== INSTALL_SCOPE) await lock(scopeId, 'no key update');
        change.enter(scopeId, scopeId === INSTALL_SCOPE ? installMirror : await this.scopes.catchUp(scopeId, manager));
      }
      const result = await work(change);
      await change.finish();
      return result;
    });
    // It is committed: what fails from here on is no failure of the change, and the next append notices the new revision.
    for (const scopeId of scopeIds) await this.scopes.refresh(scopeId).catch(() => undefined);
    return result;
  }

  #serialOf(scopeId: string): Serial {
    const serial = this.#changing.get(scopeId) ?? new Serial();
    this.#changing.set(scopeId, serial);
    return serial;
  }

  #settled<Rows, T>(
    keyringId: string,
    read: () => Promise<Rows>,
    revisionsOf: (rows: Rows) => readonly number[],
    verify: (mirror: ScopeMirror, rows: Rows) => T,
  ): Promise<T> {
    return settled(this.scopes, keyringId, read, revisionsOf, verify);
  }

  async #reading<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw databaseFailure(error);
    }
  }
}
