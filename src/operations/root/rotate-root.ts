import { KmsError } from '../../errors.js';
import type { Deps } from '../deps.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { readRoot } from './describe-root.js';
import { resolveRoot } from './resolve-root.js';
import { waitForRootWork } from './wait-for-root-work.js';

export interface RootRotated {
  readonly rootId: string;
  readonly rootVersion: number;
  /** Wrappings moved to the new version before this answer … */
  readonly rewrapped: number;
  /** … and those that the service moves in the background. */
  readonly remaining: number;
}

/** A new version of the root, which wraps from now on; then everything is wrapped again under it. */
export const rotateRoot: ChangeOperation<object, Resolved, RootRotated> = {
  name: 'root.rotate',
  resolve: resolveRoot('root.rotate'),

  async run(deps, _resolved, _input, commit, arrival) {
    await mustNotMigrate(deps);
    const { active, wrappings } = deps.root;
    // Within the change: nobody rotates who is not allowed to at that moment.
    const rootVersion = await commit([], async () => {
      const version = await active.rotate();
      const detail = { rootId: active.id, rootVersion: version };
      return { output: version, detail, resourceId: `${version}` };
    });
    const before = await wrappings.count({ root: active.id, olderThan: rootVersion });
    await waitForRootWork(deps, arrival);
    const remaining = await wrappings.count({ root: active.id, olderThan: rootVersion });
    return { rootId: active.id, rootVersion, rewrapped: Math.max(0, before - remaining), remaining };
  },

  /** The root as it is now. */
  async repeat(deps) {
    const { rootId, rootVersion, remaining } = await readRoot(deps);
    return { rootId, rootVersion, rewrapped: 0, remaining };
  },
};

/** @throws KmsError invalid-transition */
async function mustNotMigrate({ root }: Deps): Promise<void> {
  const migration = await root.refresh();
  if (!migration || migration.phase === 'done') return;
  throw new KmsError(
    'invalid-transition',
    `a migration to the root ${migration.toRoot} is under way (phase ${migration.phase}); rotate when it is done (keystead root status)`,
  );
}
