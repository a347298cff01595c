import { timingSafeEqual } from 'node:crypto';
import { isKmsError, KmsError } from '../../errors.js';
import type { WrappedObject } from '../../keys/wrapped-object.js';
import type { RootMigration, RootPhase } from '../../ledger/root-migrations.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { RootKey } from '../../roots/root-key.js';
import type { Deps } from '../deps.js';
import { wrappedContext } from '../keyring-secrets.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { eachWrapping } from './each-wrapping.js';
import { resolveRoot } from './resolve-root.js';

type Facts = Readonly<Record<string, number>>;

/** One phase of a migration: its work, done again from the start by whoever finds it half done, and the phase after it. */
interface Step {
  readonly work: (deps: Deps, migration: RootMigration) => Promise<Facts>;
  readonly next: RootPhase;
}

const STEPS: Readonly<Record<Exclude<RootPhase, 'done'>, Step>> = {
  wrapping: { work: wrapByBoth, next: 'confirming' },
  // A node without the new root may have made something meanwhile. Whether all confirmed, and all is wrapped by both, is
  // decided in the transaction that cuts over.
  confirming: { work: wrapRest, next: 'cutover' },
  cutover: { work: async () => ({}), next: 'dropping' },
  dropping: { work: dropOld, next: 'done' },
};

/** Brings the migration one phase on. The phase and its record commit together. */
export const advanceMigration: ChangeOperation<object, Resolved, RootMigration | undefined> = {
  name: 'root.migrate',
  resolve: resolveRoot('root.migrate'),

  async run(deps, _resolved, _input, commit) {
    const migration = await deps.root.refresh();
    if (!migration || migration.phase === 'done') {
      return commit([], async () => ({ output: migration, detail: { advanced: false } }));
    }
    const { work, next } = STEPS[migration.phase];
    const facts = await work(deps, migration);
    const moved = { ...migration, phase: next, changedAt: new Date(deps.clock.now()) };
    await commit([INSTALL_SCOPE], async (change) => {
      change.putRootMigration(moved, migration.phase);
      const { fromRoot: from, toRoot: to } = migration;
      return { output: undefined, detail: { phase: next, from, to, ...facts } };
    });
    return deps.root.refresh();
  },
};

/** What the new root wraps already must open, or is wrapped again; then it wraps the rest. */
async function wrapByBoth(deps: Deps, migration: RootMigration): Promise<Facts> {
  const { wrappings } = deps.root;
  const { fromRoot, toRoot } = migration;
  const to = mustHave(deps, toRoot);
  await eachWrapping(wrappings, { root: toRoot }, async (wrapped) => {
    if (!(await isTheSame(deps, to, wrapped))) await wrappings.drop(wrapped, fromRoot);
  });
  return wrapRest(deps, migration);
}

/** Whether the new root's wrapping gives what the old one's does. */
async function isTheSame(deps: Deps, to: RootKey, wrapped: WrappedObject): Promise<boolean> {
  const secret = await deps.secrets.unwrap(wrapped);
  try {
    const opened = await to.unwrap(wrapped, wrappedContext(wrapped));
    const same = timingSafeEqual(secret.bytes, opened.bytes);
    opened.destroy();
    return same;
  } catch (error) {
    if (isKmsError(error, 'wrong-root-key')) return false;
    throw error;
  } finally {
    secret.destroy();
  }
}

async function wrapRest(deps: Deps, { fromRoot, toRoot }: RootMigration): Promise<Facts> {
  const { wrappings } = deps.root;
  const from = mustHave(deps, fromRoot);
  const to = mustHave(deps, toRoot);
  let added = 0;
  await eachWrapping(wrappings, { root: fromRoot, lacking: toRoot }, async (wrapped) => {
    const context = wrappedContext(wrapped);
    const secret = await from.unwrap(wrapped, context);
    try {
      await wrappings.add({ ...wrapped, ...(await to.wrap(secret, context)) }, wrapped);
      added += 1;
    } finally {
      secret.destroy();
    }
  });
  return { wrapped: added, total: await wrappings.count({}) };
}

/** Never the last wrapping that opens. */
async function dropOld(deps: Deps, { fromRoot, toRoot }: RootMigration): Promise<Facts> {
  const { wrappings } = deps.root;
  let dropped = 0;
  await eachWrapping(wrappings, { root: fromRoot }, async (wrapped) => {
    (await deps.secrets.unwrap(wrapped)).destroy();
    await wrappings.drop(wrapped, toRoot);
    dropped += 1;
  });
  return { dropped };
}

function mustHave({ root }: Deps, id: string): RootKey {
  const found = root.find(id);
  if (found) return found;
  throw new KmsError(
    'wrong-root-key',
    `the migration needs the root ${id}, which this node does not have configured; keep KEYSTEAD_ROOT_KEY and KEYSTEAD_ROOT_KEY_NEXT as they are on every node until the migration is done`,
  );
}
