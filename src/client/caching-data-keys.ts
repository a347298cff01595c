import { createHash } from 'node:crypto';
import type { DataKeySource, LentDataKey, OpenedDataKey } from './data-keys.js';
import { encodeContext, type EncryptionContext } from './encryption-context.js';
import { KeysteadError } from './keystead-error.js';

export interface DataKeyLimits {
  /** A data key older than this is used for nothing any more: also how long a key that was disabled in the service may still decrypt here. */
  readonly maxAgeMs: number;
  /** Messages encrypted under one data key. Default 1,000. */
  readonly maxMessages?: number;
  /** Bytes encrypted under one data key. Default 64 GiB. A longer message gets a key of its own. */
  readonly maxBytes?: number;
  /** Data keys held at once, for encryption and for decryption each; the least recently used goes first. Default 100. */
  readonly maxEntries?: number;
}

interface Entry {
  readonly plaintext: Buffer;
  readonly ciphertext: Buffer;
  readonly madeAt: number;
  messages: number;
  bytes: number;
}

/**
 * Lends the same data key for several messages of one key and context, so that they cost one request. Borrowers get copies; what is evicted
 * is zeroed at once, what is too old within `maxAgeMs` also when nobody asks for it.
 */
export class CachingDataKeys implements DataKeySource {
  readonly #limits: Required<DataKeyLimits>;
  readonly #encryption = new Map<string, Entry>();
  readonly #decryption = new Map<string, Entry>();
  readonly #pending = new Map<string, Promise<LentDataKey>>();
  #timer: NodeJS.Timeout | undefined;

  /** @param now a monotonic clock in milliseconds */
  constructor(
    private readonly source: DataKeySource,
    limits: DataKeyLimits,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#limits = { maxMessages: 1_000, maxBytes: 64 * 2 ** 30, maxEntries: 100, ...limits };
    for (const [name, value] of Object.entries(this.#limits)) {
      if (!(value > 0)) throw new KeysteadError('invalid-request', `The cache limit ${name} must be more than 0.`);
    }
  }

  async forEncryption(key: string, context: EncryptionContext, bytes: number | undefined): Promise<LentDataKey> {
    const { maxBytes } = this.#limits;
    if (bytes !== undefined && bytes > maxBytes) return this.source.forEncryption(key, context, bytes);
    const name = `${key}\0${encodeContext(context).toString('base64')}`;
    for (;;) {
      const entry = this.#encryption.get(name);
      if (entry !== undefined && this.#mayEncrypt(entry, bytes ?? 0)) return this.#lend(name, entry, bytes ?? 0);
      if (entry !== undefined) drop(this.#encryption, name);
      const pending = this.#pending.get(name);
      if (pending === undefined) return this.#fetch(name, key, context, bytes ?? 0);
      await pending;
    }
  }

  /** One that is not authentic is asked for each time. */
  async forDecryption(ciphertext: Buffer, context: EncryptionContext): Promise<OpenedDataKey> {
    const name = createHash('sha256').update(encodeContext(context)).update(ciphertext).digest('base64');
    const known = this.#decryption.get(name);
    if (known !== undefined && this.#isYoung(known)) {
      touch(this.#decryption, name, known);
      return { plaintext: Buffer.from(known.plaintext) };
    }
    const opened = await this.source.forDecryption(ciphertext, context);
    if (opened.authentic === false) return opened;
    this.#keep(this.#decryption, name, {
      plaintext: Buffer.from(opened.plaintext),
      ciphertext,
      madeAt: this.now(),
      messages: 0,
      bytes: 0,
    });
    return opened;
  }

  /** Zeroes every key that is too old. Happens by itself; exact only when it is called. */
  sweep(): void {
    for (const entries of [this.#encryption, this.#decryption]) {
      for (const [name, entry] of entries) if (!this.#isYoung(entry)) drop(entries, name);
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#encryption.size + this.#decryption.size > 0) this.#plan();
  }

  /** Zeroes every key. */
  clear(): void {
    for (const entries of [this.#encryption, this.#decryption]) for (const name of entries.keys()) drop(entries, name);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #fetch(name: string, key: string, context: EncryptionContext, bytes: number): Promise<LentDataKey> {
    // Lent in the same step in which it becomes known: nobody can use it up or evict it in between.
    const made = this.source.forEncryption(key, context, undefined).then(({ plaintext, ciphertext }) => {
      const entry = { plaintext, ciphertext, madeAt: this.now(), messages: 0, bytes: 0 };
      this.#keep(this.#encryption, name, entry);
      return this.#lend(name, entry, bytes);
    });
    this.#pending.set(name, made);
    try {
      return await made;
    } finally {
      this.#pending.delete(name);
    }
  }

  #lend(name: string, entry: Entry, bytes: number): LentDataKey {
    entry.messages += 1;
    entry.bytes += bytes;
    touch(this.#encryption, name, entry);
    const count = (more: number) => void (entry.bytes += more);
    return { plaintext: Buffer.from(entry.plaintext), ciphertext: entry.ciphertext, count };
  }

  #mayEncrypt(entry: Entry, bytes: number): boolean {
    const { maxMessages, maxBytes } = this.#limits;
    return (
      this.#isYoung(entry) && entry.messages < maxMessages && entry.bytes < maxBytes && entry.bytes + bytes <= maxBytes
    );
  }

  #isYoung(entry: Entry): boolean {
    return this.now() - entry.madeAt < this.#limits.maxAgeMs;
  }

  #keep(entries: Map<string, Entry>, name: string, entry: Entry): void {
    drop(entries, name);
    entries.set(name, entry);
    if (entries.size > this.#limits.maxEntries) drop(entries, entries.keys().next().value!);
    this.#plan();
  }

  #plan(): void {
    this.#timer ??= setTimeout(() => this.sweep(), Math.min(this.#limits.maxAgeMs, 2 ** 31 - 1)).unref();
  }
}

function drop(entries: Map<string, Entry>, name: string): void {
  entries.get(name)?.plaintext.fill(0);
  entries.delete(name);
}

function touch(entries: Map<string, Entry>, name: string, entry: Entry): void {
  entries.delete(name);
  entries.set(name, entry);
}
