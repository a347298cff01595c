import type { CountedUse, KeyUses, VersionUse } from '../../keys/key-uses.js';

const FLUSH_MS = 5000;

export type UseKind = 'encryptions' | 'decryptions' | 'signatures' | 'verifications' | 'refused';

/** One use of one version. */
export interface Use {
  readonly keyId: string;
  readonly version: number;
  readonly kind: UseKind;
  readonly bytes: number;
  /** Id of the caller. */
  readonly usedBy: string;
  /** Milliseconds since the epoch, of the engine's clock. */
  readonly at: number;
}

type Counts = Map<string, { -readonly [Name in keyof CountedUse]: CountedUse[Name] }>;

/** How each version is used: counted in memory, written down every 5 seconds and at the end, never per request. */
export class UsageCounter {
  #unsaved: Counts = new Map();
  /** On their way into the database. */
  #saving: Counts = new Map();
  #flushing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #noted = 0;
  /** How often it was begun to write down what is counted. */
  #saves = 0;

  constructor(private readonly uses: KeyUses) {}

  start(): void {
    this.#timer = setInterval(() => void this.flush().catch(() => undefined), FLUSH_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush().catch(() => undefined);
  }

  /** How often keys were used on this node since its start. */
  get noted(): number {
    return this.#noted;
  }

  note({ keyId, version, kind, bytes, usedBy, at }: Use): void {
    this.#noted += 1;
    const name = `${keyId}/${version}`;
    let count = this.#unsaved.get(name);
    if (!count) {
      count = { ...NOTHING, keyId, version, usedAt: new Date(at), usedBy };
      this.#unsaved.set(name, count);
    }
    count[kind] += 1;
    count.bytes += bytes;
    if (at >= count.usedAt.getTime()) {
      count.usedAt = new Date(at);
      count.usedBy = usedBy;
    }
  }

  /** All that was noted up to now. What cannot be written is kept for the next time. @throws KmsError database-unavailable */
  async flush(): Promise<void> {
    await this.#flushing?.catch(() => undefined);
    if (this.#unsaved.size === 0) return;
    this.#flushing ??= this.#save().finally(() => (this.#flushing = undefined));
    await this.#flushing;
  }

  /** By version: of this node up to now, of the others up to 5 seconds ago. @throws KmsError database-unavailable */
  async of(keyId: string): Promise<ReadonlyMap<number, VersionUse>> {
    return (await this.ofAll([keyId])).get(keyId) ?? new Map();
  }

  /** The same of many keys, by key. */
  async ofAll(keyIds: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<number, VersionUse>>> {
    await this.#flushing?.catch(() => undefined);
    const asked = new Set(keyIds);
    const saves = this.#saves;
    const own = [...this.#saving.values(), ...this.#unsaved.values()].filter(({ keyId }) => asked.has(keyId));
    const found = await this.uses.find(keyIds);
    // What was written down meanwhile may be in both.
    if (saves !== this.#saves) return this.ofAll(keyIds);
    const uses = new Map(keyIds.map((keyId) => [keyId, new Map(found.get(keyId))]));
    for (const use of own) {
      const ofKey = uses.get(use.keyId);
      ofKey?.set(use.version, sumOf(ofKey.get(use.version), use));
    }
    return uses;
  }

  async #save(): Promise<void> {
    this.#saves += 1;
    this.#saving = this.#unsaved;
    this.#unsaved = new Map();
    try {
      await this.uses.add([...this.#saving.values()]);
    } catch (error) {
      for (const [name, use] of this.#saving) {
        const newer = this.#unsaved.get(name);
        this.#unsaved.set(name, newer ? { ...newer, ...sumOf(use, newer) } : use);
      }
      throw error;
    } finally {
      this.#saving = new Map();
    }
  }
}

const NOTHING = { encryptions: 0, decryptions: 0, signatures: 0, verifications: 0, refused: 0, bytes: 0 } as const;

/** @param b later than a */
export function sumOf(a: VersionUse | undefined, b: VersionUse): VersionUse {
  const before = a ?? { ...NOTHING, usedAt: b.usedAt, usedBy: b.usedBy };
  const newer = b.usedAt >= before.usedAt ? b : before;
  return {
    encryptions: before.encryptions + b.encryptions,
    decryptions: before.decryptions + b.decryptions,
    signatures: before.signatures + b.signatures,
    verifications: before.verifications + b.verifications,
    refused: before.refused + b.refused,
    bytes: before.bytes + b.bytes,
    usedAt: newer.usedAt,
    usedBy: newer.usedBy,
  };
}
