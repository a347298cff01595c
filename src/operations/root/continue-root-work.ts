import { uuidv7 } from '../../keys/uuid.js';
import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import type { Kms } from '../kms.js';
import { performChange } from '../perform-change.js';
import { advanceMigration } from './advance-migration.js';
import { unconfirmed } from './describe-root.js';
import { finishRotation } from './finish-rotation.js';

const RUNNING = new WeakMap<Deps, Promise<void>>();

/**
 * What root rotations and migrations have left to do, for the schedule. Cheap when there is nothing.
 * @returns when it is done or has to wait. Never rejects: a failure is on the audit record, and tried again next time
 */
export function continueRootWork(deps: Deps, kms: Kms): Promise<void> {
  return startRootWork(deps, kms.arriveAsSystem('system:lifecycle', uuidv7()));
}

/** The same, under the service's own arrival. Once at a time on this node, and among all nodes. */
export function startRootWork(deps: Deps, lifecycle: Arrival): Promise<void> {
  const running = RUNNING.get(deps);
  if (running) return running;
  const job = attempt(deps, lifecycle).finally(() => RUNNING.delete(deps));
  RUNNING.set(deps, job);
  return job;
}

async function attempt(deps: Deps, lifecycle: Arrival): Promise<void> {
  try {
    await deps.root.migrations.exclusively(() => workOn(deps, lifecycle));
  } catch {
    // Recorded where it happened, or not begun: the root or the database cannot be reached.
  }
}

async function workOn(deps: Deps, lifecycle: Arrival): Promise<void> {
  for (;;) {
    const migration = await deps.root.refresh();
    if (!migration || migration.phase === 'done') break;
    if (!deps.root.find(migration.toRoot)) return;
    if (migration.phase === 'wrapping' && !deps.root.find(migration.fromRoot)) return;
    if ((await unconfirmed(deps, migration)).length > 0) return;
    await performChange(deps, advanceMigration, {}, lifecycle);
  }
  const { active, wrappings } = deps.root;
  const left = await wrappings.count({ root: active.id, olderThan: await active.newestVersion() });
  if (left > 0) await performChange(deps, finishRotation, {}, lifecycle);
}
