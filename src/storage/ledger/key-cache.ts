import type { KeySnapshot } from '../../keys/records.js';

interface Entry {
  readonly snapshot: KeySnapshot;
  readonly keyTag: Buffer;
  readonly loadedAt: number;
}

/** Verified keys, and references to none, found by id, name, alias or lineage: bounded by count, the least recently used goes first, and by age. */
export class KeyCache {
  readonly #entries = new Map<string, Entry>();
  readonly #idByRef = new Map<string, string>();
  /** References that are aliases: which key they name is not in the key itself. */
  readonly #aliases = new Set<string>();
  /** References to nothing: how long an answer takes must not tell what exists from what does not. */
  readonly #missing = new Map<string, { readonly revision: number; readonly foundOutAt: number }>();

  constructor(
    private readonly capacity: number,
    private readonly maxAgeMs: number,
  ) {}

  get size(): number {
    return this.#entries.size;
  }

  get(keyringId: string, ref: string): KeySnapshot | undefined {
    const at = `${keyringId} ${ref}`;
    const id = this.#idByRef.get(at);
    const entry = id === undefined ? undefined : this.#entries.get(id);
    if (!entry || performance.now() - entry.loadedAt > this.maxAgeMs) return undefined;
    const { key } = entry.snapshot;
    // A name, or a lineage, may be another key's by now.
    const isMeant = (key.name === ref || key.lineageId === ref) && key.state !== 'destroyed';
    if (!isMeant && key.id !== ref && !this.#aliases.has(at)) return undefined;
    this.#entries.delete(key.id);
    this.#entries.set(key.id, entry);
    return entry.snapshot;
  }

  /** Keeps the object it has when nothing of the key changed: identity is what decisions are compared by. */
  put(ref: string, isAlias: boolean, snapshot: KeySnapshot, keyTag: Buffer): KeySnapshot {
    const { id, keyringId } = snapshot.key;
    const known = this.#entries.get(id);
    const kept = known?.keyTag.equals(keyTag) && hasSameWrapping(known.snapshot, snapshot) ? known.snapshot : snapshot;
    this.#entries.delete(id);
    this.#entries.set(id, { snapshot: kept, keyTag, loadedAt: performance.now() });
    if (this.#idByRef.size > this.capacity * 4) this.clearRefs();
    this.#idByRef.set(`${keyringId} ${ref}`, id);
    if (isAlias) this.#aliases.add(`${keyringId} ${ref}`);
    if (this.#entries.size > this.capacity) this.#entries.delete(this.#entries.keys().next().value as string);
    return kept;
  }

  /** @param revision of the keyring, as this node sees it: with another one, there may be a key */
  isMissing(keyringId: string, ref: string, revision: number): boolean {
    const missing = this.#missing.get(`${keyringId} ${ref}`);
    return missing?.revision === revision && performance.now() - missing.foundOutAt <= this.maxAgeMs;
  }

  /** @param revision from before it was looked for; below 0 where the keyring was not read yet */
  putMissing(keyringId: string, ref: string, revision: number): void {
    if (revision < 0) return;
    if (this.#missing.size >= this.capacity) this.#missing.clear();
    this.#missing.set(`${keyringId} ${ref}`, { revision, foundOutAt: performance.now() });
  }

  forgetKey(id: string): void {
    this.#entries.delete(id);
    this.#missing.clear();
  }

  forgetAliases(): void {
    this.#aliases.clear();
    this.#missing.clear();
  }

  clearRefs(): void {
    this.#idByRef.clear();
    this.#aliases.clear();
  }

  clear(): void {
    this.#entries.clear();
    this.#missing.clear();
    this.clearRefs();
  }
}

function hasSameWrapping(a: KeySnapshot, b: KeySnapshot): boolean {
  return a.versions.every((row, index) => row.wrappingVersion === b.versions[index]?.wrappingVersion);
}
