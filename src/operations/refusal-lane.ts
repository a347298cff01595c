import type { AuditRecord } from '../audit/record.js';
import type { Journal } from '../audit/journal.js';

const WINDOW_MS = 10_000;
const EXACT_PER_SOURCE = 50;
const SOURCES = 10_000;

interface Window {
  exact: number;
  /** The first record that was not written by itself, and how many there were. */
  folded: AuditRecord | undefined;
  count: number;
}

/**
 * The lane for what is refused before anybody is authenticated: exact up to a rate per source, then one record per
 * window that says how many there were, so that an anonymous client can fill neither the queue nor the disk.
 */
export class RefusalLane {
  readonly #windows = new Map<string, Window>();

  constructor(private readonly journal: Journal) {}

  async append(record: AuditRecord): Promise<void> {
    const source =
      this.#windows.size < SOURCES || this.#windows.has(record.source ?? '') ? (record.source ?? '') : 'others';
    const window = this.#windowOf(source);
    if (window.exact < EXACT_PER_SOURCE) {
      window.exact += 1;
      await this.journal.append(record, []);
      return;
    }
    window.folded ??= record;
    window.count += 1;
  }

  #windowOf(source: string): Window {
    const known = this.#windows.get(source);
    if (known) return known;
    const window: Window = { exact: 0, folded: undefined, count: 0 };
    this.#windows.set(source, window);
    setTimeout(() => void this.#close(source, window), WINDOW_MS).unref();
    return window;
  }

  /** Writes what was folded so far. */
  async flush(): Promise<void> {
    await Promise.all([...this.#windows].map(([source, window]) => this.#close(source, window)));
  }

  async #close(source: string, window: Window): Promise<void> {
    this.#windows.delete(source);
    if (!window.folded) return;
    const detail = { ...window.folded.detail, repeated: window.count, windowMs: WINDOW_MS };
    await this.journal.append({ ...window.folded, detail }, []).catch(() => undefined);
  }
}
