import type { DataSource, EntityManager, SelectQueryBuilder } from 'typeorm';
import type { WrappedName, WrappedObject } from '../keys/wrapped-object.js';
import { RootWrappings, type WrappingQuery } from '../ledger/root-wrappings.js';
import { databaseFailure } from './database-failure.js';
import { WrappedKeyEntity } from './entities/wrapped-key.entity.js';
import { insertWrapping, lockWrappings, nameOf } from './wrapped-key-rows.js';

export class PostgresRootWrappings extends RootWrappings {
  constructor(private readonly changes: DataSource) {
    super();
  }

  override async list(
    query: WrappingQuery & { readonly root: string },
    after: WrappedName | undefined,
    limit: number,
  ): Promise<WrappedObject[]> {
    return this.#attempt(async (manager) => {
      const select = this.#select(manager, query);
      if (after) {
        select.andWhere('(own.kind, own.scopeId, own.version) > (:kind, :scopeId::uuid, :version)', nameOf(after));
      }
      return select.orderBy('own.kind').addOrderBy('own.scopeId').addOrderBy('own.version').limit(limit).getMany();
    });
  }

  override async count(query: WrappingQuery): Promise<number> {
    return this.#attempt(async (manager) => {
      const select = this.#select(manager, query).select('count(distinct (own.kind, own.scopeId, own.version))', 'n');
      return Number((await select.getRawOne<{ n: string }>())?.n ?? 0);
    });
  }

  override async add(wrapped: WrappedObject, beside: WrappedObject): Promise<void> {
    await this.#inTransaction(async (manager) => {
      await lockWrappings(manager, 'shared');
      const rootId = wrapped.rootId;
      const isThere = await manager.existsBy(WrappedKeyEntity, { ...nameOf(beside), rootId: beside.rootId });
      const isDone = await manager.existsBy(WrappedKeyEntity, { ...nameOf(beside), rootId });
      if (isThere && !isDone) await insertWrapping(manager, wrapped);
    });
  }

  override async replace(wrapped: WrappedObject, before: WrappedObject): Promise<void> {
    const { rootVersion, blob } = wrapped;
    await this.#attempt(async (manager) =>
      manager.update(
        WrappedKeyEntity,
        { ...nameOf(before), rootId: before.rootId, rootVersion: before.rootVersion, blob: before.blob },
        { rootVersion, blob },
      ),
    );
  }

  override async drop(wrapped: WrappedObject, beside: string): Promise<void> {
    await this.#inTransaction(async (manager) => {
      await lockWrappings(manager, 'exclusive');
      const isSafe = await manager.existsBy(WrappedKeyEntity, { ...nameOf(wrapped), rootId: beside });
      if (isSafe) await manager.delete(WrappedKeyEntity, { ...nameOf(wrapped), rootId: wrapped.rootId });
    });
  }

  #select(manager: EntityManager, { root, olderThan, lacking }: WrappingQuery): SelectQueryBuilder<WrappedKeyEntity> {
    const select = manager.createQueryBuilder(WrappedKeyEntity, 'own');
    if (root !== undefined) select.andWhere('own.rootId = :root', { root });
    if (olderThan !== undefined) select.andWhere('own.rootVersion < :olderThan', { olderThan });
    if (lacking !== undefined) {
      const other = select
        .subQuery()
        .select('1')
        .from(WrappedKeyEntity, 'other')
        .where('other.kind = own.kind and other.scopeId = own.scopeId and other.version = own.version')
        .andWhere('other.rootId = :lacking');
      select.andWhere(`not exists ${other.getQuery()}`, { lacking });
    }
    return select;
  }

  async #inTransaction(work: (manager: EntityManager) => Promise<void>): Promise<void> {
    await this.#attempt(() => this.changes.transaction('READ COMMITTED', work));
  }

  async #attempt<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await work(this.changes.manager);
    } catch (error) {
      throw databaseFailure(error);
    }
  }
}
