import { algorithmFor } from '../crypto/algorithms.js';
import type { UsableKey } from '../crypto/algorithm.js';
import { KmsError } from '../errors.js';
import { suiteOf } from '../keys/ciphertext.js';
import { MessageKey } from '../keys/message-key.js';
import type { KeySnapshot, VersionRow } from '../keys/records.js';
import type { KeyringSecrets } from './keyring-secrets.js';

/** A version's material, unwrapped and ready. `message` for symmetric specs, `usable` for all others. */
export interface LoadedVersion {
  readonly row: VersionRow;
  readonly message?: MessageKey;
  readonly usable?: UsableKey;
}

/** The bounded cache of unwrapped keys: least recently used goes first. */
export class LoadedKeys {
  readonly #versions = new Map<VersionRow, Promise<LoadedVersion> | LoadedVersion>();

  /** How often a version was asked for, and how often it was in the cache. */
  readonly counts = { asked: 0, hits: 0 };

  constructor(
    private readonly secrets: KeyringSecrets,
    private readonly capacity: number,
  ) {}

  get size(): number {
    return this.#versions.size;
  }

  /** Something of the key changed: what was unwrapped of it goes at once. Who is using it keeps it until it is done. */
  forgetKey(keyId: string): void {
    for (const row of this.#versions.keys()) if (row.keyId === keyId) this.#versions.delete(row);
  }

  clear(): void {
    this.#versions.clear();
  }

  /**
   * Rows are immutable snapshots, so the row itself is the cache's key: a changed version is another row.
   * @throws KmsError integrity-failure, root-unavailable
   */
  async get(snapshot: KeySnapshot, version: number): Promise<LoadedVersion> {
    const row = snapshot.versions[version - 1];
    if (!row) throw new KmsError('version-not-found', `the key has no version ${version}`);
    const proof = this.secrets.mustBeProven(snapshot.key.keyringId, row.wrappingVersion);
    if (proof) await proof;
    const known = this.#versions.get(row);
    this.counts.asked++;
    if (known) {
      this.counts.hits++;
      this.#versions.delete(row);
      this.#versions.set(row, known);
      return known;
    }
    const loading = this.#load(snapshot, row);
    this.#versions.set(row, loading);
    if (this.#versions.size > this.capacity) this.#versions.delete(this.#versions.keys().next().value as VersionRow);
    try {
      const loaded = await loading;
      if (this.#versions.get(row) === loading) this.#versions.set(row, loaded);
      return loaded;
    } catch (error) {
      this.#versions.delete(row);
      throw error;
    }
  }

  async #load({ key }: KeySnapshot, row: VersionRow): Promise<LoadedVersion> {
    const wrapping = await this.secrets.wrappingKey(key.keyringId, row.wrappingVersion);
    const material = wrapping.unwrapMaterial(row.material, { key, version: row.version, publicKey: row.publicKey });
    try {
      return suiteOf(key.spec)
        ? { row, message: new MessageKey(key.spec, material, key.lineageId, row.version, row.materialId) }
        : { row, usable: algorithmFor(key.spec).load(material) };
    } finally {
      material.destroy();
    }
  }
}
