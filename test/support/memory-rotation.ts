import { KeyUses, type CountedUse, type VersionUse } from '../../src/keys/key-uses.js';
import { sumOf } from '../../src/operations/usage/usage-counter.js';
import { DueKeys, type ClaimedKey, type NextLook, type Settled } from '../../src/ledger/due-keys.js';
import type { MemoryLedger } from './memory-ledger.js';

export class MemoryDueKeys extends DueKeys {
  /** By key: its marks when it was claimed. */
  readonly #claimed = new Map<string, number>();

  constructor(private readonly ledger: MemoryLedger) {
    super();
  }

  override async claim(now: Date, limit: number): Promise<ClaimedKey[]> {
    const isFree = ({ keyId, marks }: ClaimedKey) => this.#claimed.get(keyId) !== marks;
    const due = [...this.ledger.due.values()].filter((row) => row.dueAt <= now && isFree(row));
    const claimed = due.toSorted((a, b) => Number(a.dueAt) - Number(b.dueAt)).slice(0, limit);
    for (const { keyId, marks } of claimed) this.#claimed.set(keyId, marks);
    return claimed;
  }

  override async settle(looks: readonly Settled[]): Promise<void> {
    for (const { claimed, next } of looks) {
      const { keyId, marks } = claimed;
      this.#claimed.delete(keyId);
      if (this.ledger.due.get(keyId)?.marks !== marks) continue;
      if (next) this.ledger.due.set(keyId, { ...next, failures: 0, marks });
      else this.ledger.due.delete(keyId);
    }
  }

  override async retry({ keyId, marks, failures }: ClaimedKey, at: Date): Promise<void> {
    this.#claimed.delete(keyId);
    const row = this.ledger.due.get(keyId);
    if (row?.marks === marks) this.ledger.due.set(keyId, { ...row, dueAt: at, failures: failures + 1 });
  }

  override async countOverdue(since: Date): Promise<number> {
    return [...this.ledger.due.values()].filter(({ dueAt, failures }) => failures > 0 || dueAt < since).length;
  }

  override async find(keyId: string): Promise<Pick<NextLook, 'toldThrough'> | undefined> {
    return this.ledger.due.get(keyId);
  }

  override async spread(): Promise<boolean> {
    return false;
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

  override async find(): Promise<ReadonlyMap<string, ReadonlyMap<number, VersionUse>>> {
    return this.#uses;
  }

  #mark(keyId: string, version: number, { encryptions, signatures, bytes }: VersionUse): void {
    const due = this.ledger.due.get(keyId);
    if (!due || this.ledger.keys.get(keyId)?.key.primaryVersion !== version) return;
    const isReached =
      encryptions + signatures >= (due.afterMessages ?? Infinity) || bytes >= (due.afterBytes ?? Infinity);
    if (isReached) this.ledger.due.set(keyId, { ...due, dueAt: new Date(0), marks: due.marks + 1 });
  }
}
