import type { RootMigration, RootPhase } from '../../ledger/root-migrations.js';
import type { Deps } from '../deps.js';
import type { Resolved, UseOperation } from '../operation.js';
import { resolveRoot } from './resolve-root.js';

export interface RootDescription {
  /** Of the root that unwraps first. */
  readonly rootId: string;
  /** Its newest version. */
  readonly rootVersion: number;
  /** Wrappings still under an older version of it. */
  readonly remaining: number;
  /** Absent when there is none, or none that this node's settings have still to follow. */
  readonly migration?: MigrationStatus;
}

export interface MigrationStatus {
  readonly phase: RootPhase;
  readonly from: string;
  readonly to: string;
  /** Objects wrapped by the new root, of `total`. */
  readonly wrapped: number;
  readonly total: number;
  /** Names of the live nodes that have not confirmed the new root. */
  readonly waitingFor: readonly string[];
}

export const describeRoot: UseOperation<object, Resolved, RootDescription> = {
  name: 'root.describe',
  resolve: resolveRoot('root.describe'),
  run: async (deps) => ({ output: await readRoot(deps) }),
};

/** @throws KmsError root-unavailable */
export async function readRoot(deps: Deps): Promise<RootDescription> {
  const migration = await deps.root.refresh();
  const { active, wrappings, roots } = deps.root;
  const rootVersion = await active.newestVersion();
  const remaining = await wrappings.count({ root: active.id, olderThan: rootVersion });
  const isOver = migration?.phase === 'done' && roots.current.id === migration.toRoot;
  const status = migration && !isOver ? { migration: await readMigration(deps, migration) } : {};
  return { rootId: active.id, rootVersion, remaining, ...status };
}

async function readMigration(deps: Deps, migration: RootMigration): Promise<MigrationStatus> {
  const { phase, fromRoot: from, toRoot: to } = migration;
  const { wrappings } = deps.root;
  const wrapped = await wrappings.count({ root: to });
  const total = await wrappings.count({});
  return { phase, from, to, wrapped, total, waitingFor: await unconfirmed(deps, migration) };
}

/** Names of the live nodes that a cutover has to wait for. */
export async function unconfirmed(deps: Deps, { phase, toRoot }: RootMigration): Promise<string[]> {
  if (phase !== 'confirming') return [];
  const live = await deps.root.nodes.live();
  return live.filter(({ rootIds }) => !rootIds.includes(toRoot)).map(({ name }) => name);
}
