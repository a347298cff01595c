import type { Secret } from '../crypto/secret.js';
import { KmsError, isKmsError } from '../errors.js';
import { SealKeys } from '../ledger/ledger.js';
import { INSTALL_SCOPE } from '../ledger/sealed-tables.js';
import { lengthPrefixed } from '../keys/length-prefixed.js';
import { WrappingKey } from '../keys/material.js';
import { integrityFailure, RowSeal } from '../keys/row-seal.js';
import type { WrappedName, WrappedObject, WrappingStore } from '../keys/wrapped-object.js';
import type { RootKey } from '../roots/root-key.js';
import { RootRefusal } from '../roots/root-refusal.js';

export interface RootProof {
  /** An unwrapped wrapping key is proven to the root again after this long: the kill-switch delay. */
  readonly provenForMs: number;
  /** How much longer it serves while the root cannot be reached. */
  readonly graceMs: number;
}

interface Held {
  readonly key: WrappingKey;
  provenAt: number;
  proving: Promise<void> | undefined;
}

/** Requests that were under way may still hold material as it was before. */
const FORGET_AFTER_MS = 60_000;

/** The secret that says whether a root is this database's: it must open, or nothing is served. */
export const CANARY: WrappedName = { kind: 'canary', scopeId: INSTALL_SCOPE, version: 1 };

/** The bytes that bind a wrapping to its name. */
export function wrappedContext(name: WrappedName): Buffer {
  return lengthPrefixed(['keystead/root', name.kind, name.scopeId, `${name.version}`]);
}

/** The secrets of keyrings and install, unwrapped by the root and held in memory. */
export class KeyringSecrets extends SealKeys {
  readonly #seals = new Map<string, Promise<RowSeal>>();
  readonly #wrappingKeys = new Map<string, Held>();
  #installSeal: RowSeal | undefined;

  /**
   * @param roots     those that unwrap, in the order of preference
   * @param wrapRoots those that wrap what is new, asked for each time; the same ones where there is no migration
   */
  constructor(
    private readonly roots: () => readonly RootKey[],
    private readonly wrappings: WrappingStore,
    private readonly proof: RootProof,
    private readonly wrapRoots: () => Promise<readonly RootKey[]> = async () => roots(),
  ) {
    super();
  }

  override sealFor(scopeId: string): Promise<RowSeal> {
    const known = this.#seals.get(scopeId);
    if (known) return known;
    const opening = this.#openSeal(scopeId);
    this.#seals.set(scopeId, opening);
    opening.catch(() => this.#seals.delete(scopeId));
    return opening;
  }

  /** A keyed digest under the install's integrity key, which is open from the start on. */
  digest(label: string, ...parts: readonly (Buffer | string)[]): Buffer {
    if (!this.#installSeal) throw new Error('the install is not open');
    return this.#installSeal.digest(label, ...parts);
  }

  async wrappingKey(keyringId: string, version: number): Promise<WrappingKey> {
    const id = `${keyringId}/${version}`;
    const held = this.#wrappingKeys.get(id);
    if (held) {
      await this.#mustBeProven(held, keyringId);
      return held.key;
    }
    const secret = await this.unwrap({ kind: 'wrapping', scopeId: keyringId, version });
    const key = new WrappingKey(version, secret);
    secret.destroy();
    this.#wrappingKeys.set(id, { key, provenAt: performance.now(), proving: undefined });
    return key;
  }

  /** For the data path: nothing to wait for while the proof is fresh. @throws KmsError root-unavailable */
  mustBeProven(keyringId: string, version: number): void | Promise<void> {
    const held = this.#wrappingKeys.get(`${keyringId}/${version}`);
    if (!held) return this.wrappingKey(keyringId, version).then(() => undefined);
    if (performance.now() - held.provenAt < this.proof.provenForMs) return;
    return this.#mustBeProven(held, keyringId);
  }

  forgetWrappingKey(keyringId: string, version: number): void {
    this.#wrappingKeys.delete(`${keyringId}/${version}`);
  }

  /** For a wrapping key that may be gone: one that is not is unwrapped again. Requests under way may still need it for a while. */
  forgetWrappingKeySoon(keyringId: string, version: number): void {
    if (!this.#wrappingKeys.has(`${keyringId}/${version}`)) return;
    setTimeout(() => this.forgetWrappingKey(keyringId, version), FORGET_AFTER_MS).unref();
  }

  /** @throws KmsError root-unavailable, wrong-root-key, integrity-failure */
  async unwrap(name: WrappedName): Promise<Secret> {
    const wrapped = await this.wrappings.find(name);
    let last: unknown;
    for (const root of this.roots()) {
      const own = wrapped.find((candidate) => candidate.rootId === root.id);
      if (!own) continue;
      try {
        return await root.unwrap(own, wrappedContext(name));
      } catch (error) {
        last = error;
      }
    }
    if (last !== undefined) throw (await this.#isChanged(name, last)) ? integrityFailure(changed(name)) : last;
    if (wrapped.length === 0)
      throw integrityFailure(`the wrapping of the ${name.kind} key of scope ${name.scopeId} is missing`);
    throw new KmsError(
      'wrong-root-key',
      `the configured root key did not wrap the ${name.kind} key of this database; configure the root that did (KEYSTEAD_ROOT_KEY)`,
    );
  }

  /** Wraps a new object by every root in use, so that a migration in progress misses nothing. */
  async wrap(name: WrappedName, secret: Secret): Promise<WrappedObject[]> {
    const wrap = async (root: RootKey) => ({ ...name, ...(await root.wrap(secret, wrappedContext(name))) });
    return Promise.all((await this.wrapRoots()).map(wrap));
  }

  /** A root that opens the canary is the right one: what it does not open was changed since. */
  async #isChanged({ kind }: WrappedName, error: unknown): Promise<boolean> {
    if (kind === 'canary' || !isKmsError(error, 'wrong-root-key')) return false;
    return this.unwrap(CANARY).then(
      (canary) => {
        canary.destroy();
        return true;
      },
      () => false,
    );
  }

  async #openSeal(scopeId: string): Promise<RowSeal> {
    const secret = await this.unwrap({ kind: 'integrity', scopeId, version: 1 });
    const seal = new RowSeal(scopeId, secret, 1);
    secret.destroy();
    if (scopeId === INSTALL_SCOPE) this.#installSeal = seal;
    return seal;
  }

  async #mustBeProven(held: Held, keyringId: string): Promise<void> {
    const age = performance.now() - held.provenAt;
    if (age < this.proof.provenForMs) return;
    held.proving ??= this.#prove(held, keyringId).finally(() => (held.proving = undefined));
    try {
      await held.proving;
    } catch (error) {
      const isOutage = isKmsError(error, 'root-unavailable') && !(error instanceof RootRefusal);
      if (isOutage && age < this.proof.provenForMs + this.proof.graceMs) return;
      throw error;
    }
  }

  async #prove(held: Held, keyringId: string): Promise<void> {
    const secret = await this.unwrap({ kind: 'wrapping', scopeId: keyringId, version: held.key.version });
    secret.destroy();
    held.provenAt = performance.now();
  }
}

function changed({ kind, scopeId, version }: WrappedName): string {
  return `the wrapping of the ${kind} key ${version} of scope ${scopeId} does not open under the root that opens the others`;
}
