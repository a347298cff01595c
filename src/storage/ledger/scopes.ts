import type { DataSource, EntityManager } from 'typeorm';
import { isKmsError, type KmsError } from '../../errors.js';
import { integrityFailure } from '../../keys/row-seal.js';
import type { InstallView, SealKeys } from '../../ledger/ledger.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { InstallState, readInstallRows } from './read-install.js';
import { readScope } from './read-scope.js';
import { recordedRevision } from './recorded-revision.js';
import { ScopeMirror, type RowMark } from './scope-mirror.js';
import { Serial } from './serial.js';
import { SingleFlight } from './single-flight.js';

/** A scope that failed is looked at again after this long, from the beginning. */
const RETRY_FAILED_MS = 1000;

interface Scope {
  readonly mirror: ScopeMirror;
  /** Reading and advancing are one step: an older read must not come after a newer one. */
  readonly advancing: Serial;
  readonly refreshing: SingleFlight;
}

/** The verified mirrors of the scopes that this node serves, and the install view made from its own. */
export class Scopes {
  readonly #scopes = new Map<string, Promise<Scope>>();
  /** By scope: the newest revision seen, kept also when a mirror is thrown away. */
  readonly #seen = new Map<string, number>();
  readonly #failures = new Map<string, { readonly error: KmsError; readonly at: number }>();
  #installState = new InstallState();
  #installView: InstallView | undefined;
  #epoch = 0;

  constructor(
    private readonly reads: DataSource,
    private readonly seals: SealKeys,
    private readonly onChanged: (scopeId: string, rows: readonly RowMark[]) => void,
    private readonly onFailure: (error: KmsError) => void,
  ) {}

  /** Grows whenever what this node decides on moves, in any scope. */
  get epoch(): number {
    return this.#epoch;
  }

  /** A copy. */
  seen(): ReadonlyMap<string, number> {
    return new Map(this.#seen);
  }

  revisionOf(scopeId: string): number {
    return this.#failures.has(scopeId) ? -1 : (this.#seen.get(scopeId) ?? -1);
  }

  async install(): Promise<InstallView> {
    if (this.#installView && !this.#failures.has(INSTALL_SCOPE)) return this.#installView;
    await this.mirror(INSTALL_SCOPE);
    if (!this.#installView) throw integrityFailure('the install has no view');
    return this.#installView;
  }

  async mirror(scopeId: string): Promise<ScopeMirror> {
    const failure = this.#failures.get(scopeId);
    if (failure && performance.now() - failure.at < RETRY_FAILED_MS) throw failure.error;
    return (await this.#scope(scopeId)).mirror;
  }

  async refresh(scopeId: string): Promise<void> {
    const known = this.#scopes.get(scopeId);
    await (known ? (await known).refreshing.run() : this.#scope(scopeId));
  }

  /** Inside a change, under the lock of the scope's head: on the change's own connection. */
  async catchUp(scopeId: string, manager: EntityManager): Promise<ScopeMirror> {
    const { mirror, advancing } = await this.#scope(scopeId);
    await advancing.run(() => this.#advance(mirror, manager));
    return mirror;
  }

  /** Stops deciding on the scope until it verifies again from the beginning. */
  fail(scopeId: string, error: KmsError): void {
    const isNew = !this.#failures.has(scopeId);
    this.#epoch += 1;
    this.#failures.set(scopeId, { error, at: performance.now() });
    this.#scopes.delete(scopeId);
    if (scopeId === INSTALL_SCOPE) this.#installView = undefined;
    if (isNew) this.onFailure(error);
  }

  #scope(scopeId: string): Promise<Scope> {
    const known = this.#scopes.get(scopeId);
    if (known) return known;
    const opening = this.#open(scopeId);
    this.#scopes.set(scopeId, opening);
    opening.catch(() => this.#scopes.get(scopeId) === opening && this.#scopes.delete(scopeId));
    return opening;
  }

  async #open(scopeId: string): Promise<Scope> {
    const mirror = new ScopeMirror(await this.seals.sealFor(scopeId));
    if (scopeId === INSTALL_SCOPE) this.#installState = new InstallState();
    const advancing = new Serial();
    // Of a keyring that is open, one statement reads all: it is its own snapshot.
    const advance = () =>
      advancing.run(() =>
        mirror.revision > 0 && scopeId !== INSTALL_SCOPE
          ? this.#advance(mirror, this.reads.manager)
          : this.reads.transaction('REPEATABLE READ', (manager) => this.#advance(mirror, manager)),
      );
    await advance();
    this.#failures.delete(scopeId);
    return { mirror, advancing, refreshing: new SingleFlight(advance) };
  }

  async #advance(mirror: ScopeMirror, manager: EntityManager): Promise<void> {
    const { scopeId } = mirror.seal;
    try {
      const from = mirror.revision;
      const { head, changed } = await readScope(manager, scopeId, from);
      if (from === 0 && head && head.revision < (await recordedRevision(manager, scopeId))) {
        throw integrityFailure(`the head of scope ${scopeId} is older than an audit record says: it was rolled back`);
      }
      const elements = await mirror.elementsOf(changed);
      const rows = scopeId === INSTALL_SCOPE && changed.length > 0 ? await readInstallRows(manager, from) : undefined;
      mirror.advance(head, changed, elements);
      if (mirror.revision !== from) this.#epoch += 1;
      this.#sawRevision(mirror);
      if (rows) this.#installView = this.#installState.advance(mirror, rows);
      this.onChanged(scopeId, changed);
    } catch (error) {
      if (isKmsError(error, 'integrity-failure')) this.fail(scopeId, error);
      throw error;
    }
  }

  #sawRevision({ seal, revision }: ScopeMirror): void {
    if (revision < (this.#seen.get(seal.scopeId) ?? 0)) {
      throw integrityFailure(`the head of scope ${seal.scopeId} is older than this node has seen`);
    }
    this.#seen.set(seal.scopeId, revision);
  }
}
