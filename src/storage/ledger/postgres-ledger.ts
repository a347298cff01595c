import type { DataSource } from 'typeorm';
import type { AliasRow, KeySnapshot, WrappingKeyRow } from '../../keys/records.js';
import { integrityFailure } from '../../keys/row-seal.js';
import { isUuid } from '../../keys/uuid.js';
import type { Clock } from '../../ledger/clock.js';
import {
  Ledger,
  type AliasQuery,
  type Change,
  type IdempotencyClaim,
  type InstallView,
  type KeyQuery,
} from '../../ledger/ledger.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { databaseFailure } from '../database-failure.js';
import { AliasEntity } from '../entities/alias.entity.js';
import { IdempotencyKeyEntity } from '../entities/idempotency-key.entity.js';
import { WrappingKeyEntity } from '../entities/wrapping-key.entity.js';
import type { KeyCache } from './key-cache.js';
import { listAliases, listKeyIds } from './list-keys.js';
import { PostgresChange } from './postgres-change.js';
import { KeyReader, type FoundKey } from './read-key.js';
import type { ScopeMirror } from './scope-mirror.js';
import type { Scopes } from './scopes.js';
import { Serial } from './serial.js';
import { mustBeCurrent, snapshotOf } from './verify-row.js';

/** A row may be newer or older than the mirror for a moment, while another node changes it; not ten times over. */
const MAX_READS = 10;

export class PostgresLedger extends Ledger {
  readonly #keys: KeyReader;
  readonly #changing = new Map<string, Serial>();

  /** @param changes a pool of its own, so that a change that waits for a lock never keeps a read waiting */
  constructor(
    private readonly reads: DataSource,
    private readonly changes: DataSource,
    private readonly scopes: Scopes,
    private readonly cache: KeyCache,
    private readonly clock: Clock,
  ) {
    super();
    this.#keys = new KeyReader(reads);
  }

  override async install(): Promise<InstallView> {
    return this.#reading(() => this.scopes.install());
  }

  override async findKey(keyringId: string, ref: string): Promise<KeySnapshot | undefined> {
    const cached = this.cache.get(keyringId, ref);
    if (cached) return cached;
    return this.#reading(async () => {
      if (isUuid(ref))
        return this.#load(keyringId, ref, async () => (await this.#keys.byIds(this.reads, keyringId, [ref]))[0], ref);
      const named = await this.#load(keyringId, ref, () => this.#keys.byName(this.reads, keyringId, ref));
      return named ?? this.#findByAlias(keyringId, ref);
    });
  }

  override async findKeyByLineage(keyringId: string, lineageId: string): Promise<KeySnapshot | undefined> {
    const cached = this.cache.get(keyringId, lineageId);
    if (cached) return cached;
    return this.#reading(() =>
      this.#load(keyringId, lineageId, () => this.#keys.byLineage(this.reads, keyringId, lineageId)),
    );
  }

  override async listKeys(keyringId: string, query: KeyQuery): Promise<KeySnapshot[]> {
    return this.#reading(async () => {
      for (let read = 1; ; read++) {
        const ids = await listKeyIds(this.reads, keyringId, query, this.clock.now());
        const found = ids.length === 0 ? [] : await this.#keys.byIds(this.reads, keyringId, ids);
        const mirror = await this.#freshMirror(keyringId, Math.max(0, ...found.map(({ key }) => key.revision)));
        try {
          return found.map((one) => verified(mirror, one));
        } catch (error) {
          if (read === MAX_READS) throw error;
          await this.scopes.refresh(keyringId);
        }
      }
    });
  }

  override async listAliases(keyringId: string, query: AliasQuery): Promise<AliasRow[]> {
    return this.#reading(async () => {
      const rows = await listAliases(this.reads, keyringId, query);
      const mirror = await this.#freshMirror(keyringId, Math.max(0, ...rows.map((row) => row.revision)));
      for (const row of rows) mustBeCurrent(mirror, 'alias', row);
      return rows;
    });
  }

  override async findClaim(callerId: string, operation: string, key: Buffer): Promise<IdempotencyClaim | undefined> {
    return this.#reading(
      async () => (await this.reads.manager.findOneBy(IdempotencyKeyEntity, { callerId, operation, key })) ?? undefined,
    );
  }

  override async wrappingKeys(keyringId: string): Promise<readonly WrappingKeyRow[]> {
    return this.#reading(async () => {
      const rows = await this.reads.manager.find(WrappingKeyEntity, {
        where: { keyringId },
        order: { version: 'ASC' },
      });
      const mirror = await this.#freshMirror(keyringId, Math.max(0, ...rows.map((row) => row.revision)));
      for (const row of rows) mustBeCurrent(mirror, 'wrapping_key', row);
      return rows;
    });
  }

  override get moves(): number {
    return this.scopes.moves;
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
      const change = new PostgresChange(manager, await this.scopes.install(), this.clock.now());
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

  async #findByAlias(keyringId: string, name: string): Promise<KeySnapshot | undefined> {
    const alias = await this.reads.manager.findOneBy(AliasEntity, { keyringId, name });
    const mirror = await this.#freshMirror(keyringId, alias?.revision ?? 0);
    if (!alias) {
      if (mirror.tagOf('alias', `${keyringId}/${name}`))
        throw integrityFailure(`alias ${name} of keyring ${keyringId} is missing`);
      return undefined;
    }
    mustBeCurrent(mirror, 'alias', alias);
    const { keyId } = alias;
    if (keyId === null) return undefined;
    return this.#load(
      keyringId,
      name,
      async () => (await this.#keys.byIds(this.reads, keyringId, [keyId]))[0],
      keyId,
      true,
    );
  }

  /** @param expectedId where the reference is an id: a key that the mirror knows must be there */
  async #load(
    keyringId: string,
    ref: string,
    read: () => Promise<FoundKey | undefined>,
    expectedId?: string,
    isAlias = false,
  ): Promise<KeySnapshot | undefined> {
    for (let reads = 1; ; reads++) {
      const found = await read();
      const mirror = await this.#freshMirror(keyringId, found?.key.revision ?? 0);
      if (!found) {
        if (expectedId !== undefined && mirror.tagOf('key', expectedId))
          throw integrityFailure(`key ${expectedId} is missing`);
        return undefined;
      }
      try {
        return this.cache.put(ref, isAlias, verified(mirror, found), found.key.tag);
      } catch (error) {
        if (reads === MAX_READS) throw error;
        await this.scopes.refresh(keyringId);
      }
    }
  }

  async #freshMirror(keyringId: string, revision: number): Promise<ScopeMirror> {
    const mirror = await this.scopes.mirror(keyringId);
    if (revision > mirror.revision) await this.scopes.refresh(keyringId);
    return mirror;
  }

  async #reading<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw databaseFailure(error);
    }
  }
}

function verified(mirror: ScopeMirror, { key, versions }: FoundKey): KeySnapshot {
  mustBeCurrent(mirror, 'key', key);
  return snapshotOf(mirror, key, versions);
}
