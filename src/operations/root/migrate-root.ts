import { KmsError } from '../../errors.js';
import { uuidv7 } from '../../keys/uuid.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { RootMigration } from '../../ledger/root-migrations.js';
import type { RootKey } from '../../roots/root-key.js';
import type { Deps } from '../deps.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { readRoot, type RootDescription } from './describe-root.js';
import { resolveRoot } from './resolve-root.js';
import { waitForRootWork } from './wait-for-root-work.js';

/**
 * Moves to the root of KEYSTEAD_ROOT_KEY_NEXT: to what every node's operator has configured, never to what a request
 * names. Begins the migration, or says how far it is; the service does the rest by itself.
 */
export const migrateRoot: ChangeOperation<object, Resolved, RootDescription> = {
  name: 'root.migrate',
  resolve: resolveRoot('root.migrate'),

  async run(deps, _resolved, _input, commit, arrival) {
    const underWay = await deps.root.refresh();
    const to = mustHaveNext(deps);
    if (!underWay || underWay.phase === 'done') {
      const migration = await begin(deps, to);
      const detail = { phase: migration.phase, from: migration.fromRoot, to: migration.toRoot };
      await commit([INSTALL_SCOPE], async (change) => {
        change.putRootMigration(migration, undefined);
        // Every keyring is under the root.
        const places = [null, ...change.install.keyringsById.keys()];
        return { output: undefined, detail, resourceId: migration.id, guarded: { reason: 'root-migration', places } };
      });
    } else {
      mustBeTheSame(underWay, to);
      const detail = { phase: underWay.phase, from: underWay.fromRoot, to: to.id };
      await commit([], async () => ({ output: undefined, detail, resourceId: underWay.id }));
    }
    await waitForRootWork(deps, arrival);
    return readRoot(deps);
  },

  repeat: readRoot,
};

async function begin({ root, clock }: Deps, to: RootKey): Promise<RootMigration> {
  const { active } = root;
  if (active.id === to.id) {
    throw new KmsError(
      'invalid-transition',
      `the service is on the root ${to.id} already: set KEYSTEAD_ROOT_KEY to the URI of KEYSTEAD_ROOT_KEY_NEXT, unset KEYSTEAD_ROOT_KEY_NEXT and restart every node`,
    );
  }
  await to.check();
  const now = new Date(clock.now());
  return { id: uuidv7(), phase: 'wrapping', fromRoot: active.id, toRoot: to.id, startedAt: now, changedAt: now };
}

/** @throws KmsError invalid-transition */
function mustHaveNext({ root }: Deps): RootKey {
  const { current, next } = root.roots;
  if (!next) {
    throw new KmsError(
      'invalid-transition',
      'KEYSTEAD_ROOT_KEY_NEXT is not set on this node: set it to the URI of the new root on every node, restart them, and try again',
    );
  }
  if (current.id === next.id) {
    throw new KmsError(
      'invalid-transition',
      `KEYSTEAD_ROOT_KEY and KEYSTEAD_ROOT_KEY_NEXT are both the root ${next.id}: to move between two Vault servers with the same mount and key name, give the new URI an identity of its own by ?id=<label>`,
    );
  }
  return next;
}

function mustBeTheSame({ fromRoot, toRoot, phase }: RootMigration, next: RootKey): void {
  if (toRoot === next.id) return;
  throw new KmsError(
    'invalid-transition',
    `a migration from ${fromRoot} to ${toRoot} is under way (phase ${phase}), and KEYSTEAD_ROOT_KEY_NEXT of this node is ${next.id}: finish the first before you begin another`,
  );
}
