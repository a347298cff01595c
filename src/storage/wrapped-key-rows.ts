import type { EntityManager } from 'typeorm';
import { KmsError } from '../errors.js';
import type { WrappedName, WrappedObject } from '../keys/wrapped-object.js';
import { RootMigrationEntity } from './entities/root-migration.entity.js';
import { WrappedKeyEntity } from './entities/wrapped-key.entity.js';

export const WRAPPINGS_LOCK = 7_300_003;

/**
 * Held to the end of the transaction. Shared by whoever adds a wrapping or says which roots it opens; exclusive for
 * whoever decides on the whole of it: the cutover of a migration, and the end of an object.
 */
export async function lockWrappings(manager: EntityManager, mode: 'shared' | 'exclusive'): Promise<void> {
  const lock = mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
  await manager.query(`select ${lock}($1)`, [WRAPPINGS_LOCK]);
}

/** The lock is READ COMMITTED's friend: what is read after it sees all that was committed before it was given. */
export async function newestMigration(manager: EntityManager): Promise<RootMigrationEntity | undefined> {
  const [newest] = await manager.find(RootMigrationEntity, { order: { startedAt: 'DESC', id: 'DESC' }, take: 1 });
  return newest;
}

/** @throws KmsError conflict under a root that a migration has left: a node that had not heard of it tries again */
export async function insertWrapping(manager: EntityManager, wrapped: WrappedObject): Promise<void> {
  await lockWrappings(manager, 'shared');
  const migration = await newestMigration(manager);
  const isLeft = migration && migration.phase !== 'wrapping' && migration.phase !== 'confirming';
  if (isLeft && migration.fromRoot === wrapped.rootId) {
    throw new KmsError('conflict', `this database has moved away from the root ${wrapped.rootId}; try again`);
  }
  await manager.insert(WrappedKeyEntity, wrapped);
}

/** Every wrapping of the object, also one that somebody is adding now. */
export async function deleteWrappings(manager: EntityManager, name: WrappedName): Promise<void> {
  await lockWrappings(manager, 'exclusive');
  await manager.delete(WrappedKeyEntity, nameOf(name));
}

/** The name alone: for where clauses. */
export function nameOf({ kind, scopeId, version }: WrappedName): WrappedName {
  return { kind, scopeId, version };
}
