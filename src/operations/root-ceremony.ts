import { KmsError } from '../errors.js';
import type { Nodes } from '../ledger/nodes.js';
import type { RootMigration, RootMigrations } from '../ledger/root-migrations.js';
import type { RootWrappings } from '../ledger/root-wrappings.js';
import type { RootKey } from '../roots/root-key.js';
import type { RootKeys } from '../roots/root-keys.js';

/** Which of the configured roots are used for what, as far as the newest migration has come. */
export class RootCeremony {
  readonly #configured: readonly RootKey[];
  #migration: RootMigration | undefined;

  constructor(
    readonly roots: RootKeys,
    readonly migrations: RootMigrations,
    readonly wrappings: RootWrappings,
    readonly nodes: Nodes,
  ) {
    const { current, next } = roots;
    this.#configured = next && next.id !== current.id ? [current, next] : [current];
  }

  /** The newest migration, as this node last read it. */
  get migration(): RootMigration | undefined {
    return this.#migration;
  }

  /** Reads how far the newest migration is: at the start, with every heartbeat, and before anything is wrapped. */
  async refresh(): Promise<RootMigration | undefined> {
    this.#migration = await this.migrations.newest();
    return this.#migration;
  }

  /**
   * The roots that unwrap, in the order of preference. Until the cutover the old root is the first, afterwards the new
   * one; once old wrappings are dropped, the old root is believed no more.
   * @throws KmsError wrong-root-key when the database has moved to a root that this node does not have
   */
  unwrapping(): readonly RootKey[] {
    const migration = this.#migration;
    if (!migration) return this.#configured;
    const { phase, fromRoot, toRoot } = migration;
    if (phase === 'wrapping' || phase === 'confirming') return first(fromRoot, this.#configured);
    if (!this.find(toRoot)) throw movedAway(migration);
    const usable = phase === 'cutover' ? this.#configured : without(fromRoot, this.#configured);
    return first(toRoot, usable);
  }

  /**
   * The roots that a new object is wrapped by: all that are configured, from the cutover on all but the old one.
   * @throws KmsError as `unwrapping`
   */
  async wrapping(): Promise<readonly RootKey[]> {
    const migration = await this.refresh();
    const usable = this.unwrapping();
    return migration?.phase === 'cutover' ? without(migration.fromRoot, usable) : usable;
  }

  /** The root that unwraps first. @throws KmsError as `unwrapping` */
  get active(): RootKey {
    return this.unwrapping()[0] ?? this.roots.current;
  }

  get configured(): readonly RootKey[] {
    return this.#configured;
  }

  /** A configured root. */
  find(id: string): RootKey | undefined {
    return this.#configured.find((root) => root.id === id);
  }
}

function first(id: string, roots: readonly RootKey[]): readonly RootKey[] {
  return [...roots.filter((root) => root.id === id), ...without(id, roots)];
}

function without(id: string, roots: readonly RootKey[]): readonly RootKey[] {
  return roots.filter((root) => root.id !== id);
}

function movedAway({ fromRoot, toRoot, changedAt }: RootMigration): KmsError {
  return new KmsError(
    'wrong-root-key',
    `this database moved from the root ${fromRoot} to the root ${toRoot} (${changedAt.toISOString()}): set KEYSTEAD_ROOT_KEY to the URI of ${toRoot}, which was KEYSTEAD_ROOT_KEY_NEXT during the migration, and start again`,
  );
}
