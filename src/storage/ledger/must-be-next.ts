import type { EntityManager } from 'typeorm';
import { KmsError } from '../../errors.js';
import type { RootMigration, RootPhase } from '../../ledger/root-migrations.js';
import { WrappedKeyEntity } from '../entities/wrapped-key.entity.js';
import { liveNodes } from '../live-nodes.js';
import { lockWrappings, newestMigration } from '../wrapped-key-rows.js';

/**
 * See `Change.putRootMigration`. To the end of the transaction nobody adds a wrapping.
 * @param current the row as it is, verified; undefined at the beginning of a migration
 */
export async function mustBeNext(
  manager: EntityManager,
  migration: RootMigration,
  before: RootPhase | undefined,
  current: RootMigration | undefined,
): Promise<void> {
  await lockWrappings(manager, 'exclusive');
  const isSame = !current || (current.fromRoot === migration.fromRoot && current.toRoot === migration.toRoot);
  if (current?.phase !== before || !isSame) throw moved();
  const newest = await newestMigration(manager);
  if (before === undefined && newest && newest.phase !== 'done') throw moved();
  if (migration.phase === 'cutover') await mustBeReady(manager, migration);
}

/** Under the exclusive lock nobody adds an object, and nobody starts without having seen or being seen. */
async function mustBeReady(manager: EntityManager, { toRoot }: RootMigration): Promise<void> {
  const waiting = (await liveNodes(manager)).filter(({ rootIds }) => !rootIds.includes(toRoot));
  if (waiting.length > 0) {
    const names = waiting.map(({ name }) => name).join(', ');
    throw new KmsError('invalid-transition', `these nodes do not open the root ${toRoot} yet: ${names}`);
  }
  const [{ n } = { n: 0 }] = await manager.query<{ n: number }[]>(
    `select count(distinct (kind, scope_id, version))::integer as n from wrapped_key w where not exists (select from
       wrapped_key o where (o.kind, o.scope_id, o.version) = (w.kind, w.scope_id, w.version) and o.root_id = $1)`,
    [toRoot],
  );
  if (n === 0 && (await manager.count(WrappedKeyEntity)) > 0) return;
  throw new KmsError('invalid-transition', `${n} objects are not wrapped by the root ${toRoot} yet`);
}

function moved(): KmsError {
  return new KmsError('conflict', 'the root migration moved meanwhile; try again');
}
