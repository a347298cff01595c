import { KeyUses, type CountedUse, type VersionUse } from '../../src/keys/key-uses.js';
import { sumOf } from '../../src/operations/usage/usage-counter.js';
import { DueKeys, type ClaimedKey, type NextLook } from '../../src/ledger/due-keys.js';
import type { MemoryLedger } from './memory-ledger.js';

export class MemoryDueKeys extends DueKeys {
  readonly #claimed = new Set<string>();

  constructor(private readonly ledger: MemoryLedger) {
    super();
  }

  override async claim(now: Date, limit: number): Promise<ClaimedKey[]> {
    const due = [...this.ledger.due.values()].filter(({ dueAt, keyId }) => dueAt <= now && !this.#claimed.has(keyId));
    const claimed = due.toSorted((a, b) => Number(a.dueAt) - Number(b.dueAt)).slice(0, limit);
    for (const { keyId } of claimed) this.#claimed.add(keyId);
    return claimed;
  }

  override async settle({ keyId, marks }: ClaimedKey, next: NextLook | undefined): Promise<void> {
    this.#claimed.delete(keyId);
    if (this.ledger.due.get(keyId)?.marks !== marks) return;
    if (next) this.ledger.due.set(keyId, { ...next, failures: 0, marks });
    else this.ledger.due.delete(keyId);
  }

  override async retry({ keyId, marks, failures }: ClaimedKey, at: Date): Promise<void> {
    this.#claimed.delete(keyId);
    const row = this.ledger.due.get(keyId);
    if (row?.marks === marks) this.ledger.due.set(keyId, { ...row, dueAt: at, failures: failures + 1 });
  }

  override async find(keyId: string): Promise<Pick<NextLook, 'toldThrough'> | undefined> {
    return this.ledger.due.get(keyId);
  }

  override async restore(): Promise<number> {
    return 0;
  }
}

export class MemoryKeyUses extends KeyUses {
  readonly #uses = new Map<string, ReadonlyMap<number, VersionUse>>();

  constructor(private readonly ledger: MemoryLedger) {
    super();
  }

  override async add(uses: readonly CountedUse[]): Promise<void> {
    for (const { keyId, version, ...use } of uses) {
      const before = this.#uses.get(keyId)?.get(version);
      const sum = sumOf(before, use);
      this.#uses.set(keyId, new Map([...(this.#uses.get(keyId) ?? []), [version, sum]]));
      this.#mark(keyId, version, sum);
    }
  }

  override async find(keyId: string): Promise<ReadonlyMap<number, VersionUse>> {
    return this.#uses.get(keyId) ?? new Map();
  }

  #mark(keyId: string, version: number, { encryptions, signatures, bytes }: VersionUse): void {
    const due = this.ledger.due.get(keyId);
    if (!due || this.ledger.keys.get(keyId)?.key.primaryVersion !== version) return;
    const isReached =
      encryptions + signatures >= (due.afterMessages ?? Infinity) || bytes >= (due.afterBytes ?? Infinity);
    if (isReached) this.ledger.due.set(keyId, { ...due, dueAt: new Date(0), marks: due.marks + 1 });
  }
}
