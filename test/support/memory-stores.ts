import { CredentialUses } from '../../src/access/credential-uses.js';
import { LANES, LoginAttempts, waitsUntil, type Lane, type Lanes } from '../../src/access/login-attempts.js';
import { ImportTokens, type ImportToken } from '../../src/keys/import-tokens.js';
import { MaterialStore, type StoredMaterial } from '../../src/keys/material-store.js';
import { MessageCounters } from '../../src/keys/message-counters.js';
import { WrappingStore, type WrappedName, type WrappedObject } from '../../src/keys/wrapped-object.js';
import type { RowSeal } from '../../src/keys/row-seal.js';
import { InstallStore } from '../../src/ledger/install-store.js';
import type { Change } from '../../src/ledger/ledger.js';
import { INSTALL_SCOPE } from '../../src/ledger/sealed-tables.js';
import { MaintenanceStore, type DueCampaign, type DueKey } from '../../src/ledger/maintenance-store.js';
import { Clock } from '../../src/ledger/clock.js';
import type { CampaignRow } from '../../src/rotation/records.js';
import type { MemoryLedger } from './memory-ledger.js';

/** A clock that stands until it is moved. */
export class TestClock extends Clock {
  #now = Date.UTC(2026, 0, 1);

  override now(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

export class MemoryWrappings extends WrappingStore {
  constructor(private readonly ledger: MemoryLedger) {
    super();
  }

  override async find({ kind, scopeId, version }: WrappedName): Promise<WrappedObject[]> {
    return this.ledger.wrapped.filter((row) => row.kind === kind && row.scopeId === scopeId && row.version === version);
  }
}

export class MemoryInstallStore extends InstallStore {
  constructor(private readonly ledger: MemoryLedger) {
    super();
  }

  override async exists(): Promise<boolean> {
    return this.ledger.wrapped.length > 0;
  }

  override async found(
    _seal: RowSeal,
    wrapped: readonly WrappedObject[],
    work: (change: Change) => Promise<void>,
  ): Promise<boolean> {
    this.ledger.wrapped.push(...wrapped);
    await this.ledger.change([INSTALL_SCOPE], work);
    return true;
  }
}

export class MemoryImportTokens extends ImportTokens {
  readonly tokens = new Map<string, ImportToken>();

  override async create(token: ImportToken): Promise<void> {
    this.tokens.set(token.id, token);
  }

  override async find(id: string): Promise<ImportToken | undefined> {
    return this.tokens.get(id);
  }

  override async countFailure(id: string): Promise<number> {
    const token = this.tokens.get(id);
    if (!token) return 0;
    this.tokens.set(id, { ...token, failures: token.failures + 1 });
    return token.failures + 1;
  }

  override async burn(id: string): Promise<boolean> {
    return this.tokens.delete(id);
  }
}

export class MemoryCredentialUses extends CredentialUses {
  readonly #usedAt = new Map<string, Date>();

  override async save(usedAt: ReadonlyMap<string, Date>): Promise<void> {
    for (const [id, at] of usedAt) if (at > (this.#usedAt.get(id) ?? 0)) this.#usedAt.set(id, at);
  }

  override async find(credentialIds: readonly string[]): Promise<ReadonlyMap<string, Date>> {
    return new Map([...this.#usedAt].filter(([id]) => credentialIds.includes(id)));
  }
}

/** Counts as the one in the database does. */
export class MemoryLoginAttempts extends LoginAttempts {
  readonly #lanes = new Map<string, { failures: number; lastAt: Date; isTrusted: boolean }>();

  override async begin(lanes: Lanes, now: Date): Promise<number> {
    const names = Object.keys(LANES) as Lane[];
    const isTrusted = this.#of(lanes.pair, now).isTrusted;
    const ends = names.map((lane) => {
      const { failures, lastAt } = this.#of(lanes[lane], now);
      return lane === 'name' && isTrusted ? 0 : waitsUntil(lane, failures, lastAt);
    });
    const wait = (Math.max(...ends) - now.getTime()) / 1000;
    if (wait > 0) return wait;
    for (const lane of names) {
      const row = this.#of(lanes[lane], now);
      this.#lanes.set(lanes[lane].toString('hex'), { ...row, failures: row.failures + 1, lastAt: now });
    }
    return 0;
  }

  override async succeed(lanes: Lanes, now: Date): Promise<void> {
    const source = this.#of(lanes.source, now);
    this.#lanes.set(lanes.source.toString('hex'), { ...source, failures: Math.max(0, source.failures - 1) });
    this.#lanes.set(lanes.pair.toString('hex'), { failures: 0, lastAt: now, isTrusted: true });
    this.#lanes.delete(lanes.name.toString('hex'));
  }

  #of(lane: Buffer, now: Date) {
    return this.#lanes.get(lane.toString('hex')) ?? { failures: 0, lastAt: now, isTrusted: false };
  }
}

export class MemoryCounters extends MessageCounters {
  readonly #reserved = new Map<string, number>();

  override async reserve(_keyringId: string, keyId: string, version: number, messages: number): Promise<number> {
    const reserved = (this.#reserved.get(`${keyId}/${version}`) ?? 0) + messages;
    this.#reserved.set(`${keyId}/${version}`, reserved);
    return reserved;
  }
}

export class MemoryMaterials extends MaterialStore {
  constructor(
    private readonly ledger: MemoryLedger,
    private readonly importTokens: MemoryImportTokens,
  ) {
    super();
  }

  override async nextBatch(keyringId: string, notWrappingVersion: number, limit: number): Promise<StoredMaterial[]> {
    return this.#all(keyringId)
      .filter(({ row }) => row.wrappingVersion !== notWrappingVersion)
      .slice(0, limit);
  }

  override async replace(keyId: string, version: number, from: number, material: Buffer, to: number): Promise<boolean> {
    const snapshot = this.ledger.keys.get(keyId);
    if (snapshot?.versions[version - 1]?.wrappingVersion !== from) return false;
    const versions = snapshot.versions.map((row) =>
      row.version === version ? { ...row, material, wrappingVersion: to } : row,
    );
    this.ledger.keys.set(keyId, { ...snapshot, versions });
    return true;
  }

  override async countByWrapping(keyringId: string): Promise<ReadonlyMap<number, number>> {
    const counts = new Map<number, number>();
    for (const { row } of this.#all(keyringId)) {
      counts.set(row.wrappingVersion, (counts.get(row.wrappingVersion) ?? 0) + 1);
    }
    return counts;
  }

  override async dropImportTokens(keyringId: string, notWrappingVersion: number): Promise<void> {
    for (const token of this.importTokens.tokens.values()) {
      if (token.keyringId === keyringId && token.wrappingVersion !== notWrappingVersion) {
        this.importTokens.tokens.delete(token.id);
      }
    }
  }

  #all(keyringId: string): StoredMaterial[] {
    const own = [...this.ledger.keys.values()].filter(({ key }) => key.keyringId === keyringId);
    return own.flatMap(({ key, versions }) =>
      versions.flatMap((row) => (row.material ? [{ key, row: { ...row, material: row.material } }] : [])),
    );
  }
}

export class MemoryMaintenance extends MaintenanceStore {
  constructor(
    private readonly ledger: MemoryLedger,
    private readonly importTokens: MemoryImportTokens,
  ) {
    super();
  }

  override async dueDestructions(now: Date, limit: number): Promise<DueKey[]> {
    const due = [...this.ledger.keys.values()].filter(
      ({ key }) => key.state === 'pending-destruction' && key.destroyAt !== null && key.destroyAt <= now,
    );
    return due.slice(0, limit).map(({ key }) => ({ keyringId: key.keyringId, keyId: key.id }));
  }

  override async keyringsToRewrap(): Promise<string[]> {
    const retiring = [...this.ledger.table('wrapping_key').values()].filter((row) => row.state === 'retiring');
    return [...new Set(retiring.map((row) => row.keyringId))];
  }

  override async quietCampaigns(now: Date): Promise<DueCampaign[]> {
    const { keyringsById } = await this.ledger.install();
    const isOpen = ({ state, keyringId }: CampaignRow) =>
      state === 'open' && keyringsById.get(keyringId)?.state === 'enabled';
    const open = [...this.ledger.table('campaign').values()].filter(isOpen);
    return open.filter(({ startedAt, quietMs }) => startedAt.getTime() + quietMs <= now.getTime());
  }

  override async purge(now: Date): Promise<void> {
    for (const token of this.importTokens.tokens.values()) {
      if (token.expiresAt <= now) this.importTokens.tokens.delete(token.id);
    }
  }
}
