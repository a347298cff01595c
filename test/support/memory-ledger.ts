import { Readable } from 'node:stream';
import { AccessView } from '../../src/access/access-view.js';
import { unseparatedOf } from '../../src/access/separation.js';
import { NO_AUDIT_SETTINGS } from '../../src/audit/audit-settings.js';
import type { AuditRecord } from '../../src/audit/record.js';
import { KmsError } from '../../src/errors.js';
import { keyStateAt } from '../../src/keys/key-states.js';
import { lineageOfAwsId } from '../../src/keys/multi-region.js';
import type { AliasRow, KeySnapshot, VersionRow, WrappingKeyRow } from '../../src/keys/records.js';
import type { WrappedName, WrappedObject } from '../../src/keys/wrapped-object.js';
import type { ClaimedKey, NextLook } from '../../src/ledger/due-keys.js';
import type { CampaignRow, PolicyRows } from '../../src/rotation/records.js';
import type { Clock } from '../../src/ledger/clock.js';
import {
  Ledger,
  type AliasQuery,
  type CampaignQuery,
  type Change,
  type GovernedKeyRows,
  type IdempotencyClaim,
  type InstallView,
  type KeyQuery,
} from '../../src/ledger/ledger.js';
import { MemoryOutbox } from './memory-outbox.js';
import { emptyTables, type Tables } from './memory-tables.js';
import { INSTALL_SCOPE, SEALED_TABLES, type SealedRows, type SealedTableName } from '../../src/ledger/sealed-tables.js';

/** The ledger in memory: one change at a time, all or nothing, immutable snapshots. It seals nothing. */
export class MemoryLedger extends Ledger {
  readonly keys = new Map<string, KeySnapshot>();
  readonly wrapped: WrappedObject[] = [];
  readonly records: AuditRecord[] = [];
  readonly outbox = new MemoryOutbox();
  readonly revisions = new Map<string, number>();
  /** By key. */
  readonly due = new Map<string, NextLook & Pick<ClaimedKey, 'failures' | 'marks'>>();
  readonly #tables = emptyTables();
  readonly #claims = new Map<string, IdempotencyClaim>();
  #view: InstallView | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly clock: Clock) {
    super();
  }

  table<Name extends SealedTableName>(name: Name): Tables[Name] {
    return this.#tables[name];
  }

  override async install(): Promise<InstallView> {
    const keyrings = [...this.table('keyring').values()];
    const bindings = [...this.table('binding').values()];
    const settings = this.table('install_setting').get(INSTALL_SCOPE);
    this.#view ??= {
      revision: this.revisions.get(INSTALL_SCOPE) ?? 0,
      access: new AccessView(
        new Map(this.table('caller')),
        new Map(this.table('credential')),
        bindings,
        this.table('role').values(),
        unseparatedOf(keyrings),
        this.table('caller_group').values(),
        keyrings,
      ),
      bindings,
      keyringsById: new Map(keyrings.map((row) => [row.id, row])),
      keyringsByName: new Map(keyrings.map((row) => [row.name, row])),
      approvals: new Map(this.table('approval')),
      authority: this.table('pki_authority').get(INSTALL_SCOPE),
      certificates: new Map(this.table('certificate')),
      webhooks: new Map([...this.table('webhook')].filter(([, { removedAt }]) => !removedAt)),
      dualControl: settings?.dualControl ?? null,
      credentialPolicy: settings?.credentialPolicy ?? null,
      auditLog: settings?.auditLog ?? NO_AUDIT_SETTINGS,
    };
    return this.#view;
  }

  override async findKey(keyringId: string, ref: string): Promise<KeySnapshot | undefined> {
    const lineageId = lineageOfAwsId(ref);
    if (lineageId !== undefined) return this.findKeyByLineage(keyringId, lineageId);
    const alias = this.table('alias').get(`${keyringId}/${ref}`);
    const isMeant = ({ key }: KeySnapshot) =>
      key.id === ref || key.id === alias?.keyId || (key.name === ref && key.state !== 'destroyed');
    return this.#newestFirst(keyringId).find(isMeant);
  }

  override async findKeyByLineage(keyringId: string, lineageId: string): Promise<KeySnapshot | undefined> {
    const found = this.#newestFirst(keyringId).filter(({ key }) => key.lineageId === lineageId);
    return found.find(({ key }) => key.state !== 'destroyed') ?? found[0];
  }

  override async listKeys(keyringId: string, query: KeyQuery): Promise<KeySnapshot[]> {
    const passes = ({ key }: KeySnapshot) =>
      (query.state === undefined || keyStateAt(key, this.clock.now()) === query.state) &&
      (query.spec === undefined || key.spec === query.spec) &&
      (query.usage === undefined || key.usage === query.usage) &&
      (query.tag === undefined || Object.hasOwn(key.tags, query.tag.name)) &&
      (query.tag?.value === undefined || key.tags[query.tag.name] === query.tag.value) &&
      (query.namePrefix === undefined || (key.name ?? '').startsWith(query.namePrefix)) &&
      (query.rotatedBefore === undefined || (key.rotatedAt ?? key.createdAt) < query.rotatedBefore) &&
      (query.published === undefined || key.published === query.published) &&
      (query.retirableBy === undefined ||
        key.grants?.some(({ retiring }) => retiring === query.retirableBy) === true) &&
      (query.before === undefined || key.id < query.before);
    return this.#newestFirst(keyringId).filter(passes).slice(0, query.limit);
  }

  override async listAliases(keyringId: string, query: AliasQuery): Promise<AliasRow[]> {
    const passes = (row: AliasRow) =>
      row.keyringId === keyringId &&
      row.keyId !== null &&
      (query.keyId === undefined || row.keyId === query.keyId) &&
      (query.after === undefined || row.name > query.after);
    const byName = [...this.table('alias').values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return byName.filter(passes).slice(0, query.limit);
  }

  override async findClaim(callerId: string, operation: string, key: Buffer): Promise<IdempotencyClaim | undefined> {
    return this.#claims.get(`${callerId} ${operation} ${key.toString('hex')}`);
  }

  override async findPolicies(keyringId: string, keyId?: string): Promise<PolicyRows> {
    const rowOf = (target: string) => this.table('policy').get(`${keyringId}/${target}`);
    return { own: keyId === undefined ? undefined : rowOf(keyId), keyring: rowOf('keyring') };
  }

  override async listCampaigns({ limit, before, keyringIds, ...exact }: CampaignQuery): Promise<CampaignRow[]> {
    const passes = (row: CampaignRow) =>
      (before === undefined || row.id < before) &&
      (keyringIds === undefined || keyringIds.includes(row.keyringId)) &&
      Object.entries(exact).every(([name, value]) => row[name as keyof CampaignRow] === value);
    const newestFirst = [...this.table('campaign').values()].toSorted((a, b) => (a.id < b.id ? 1 : -1));
    return newestFirst.filter(passes).slice(0, limit);
  }

  override async findGoverned(
    keyringId: string,
    keyIds: readonly string[],
  ): Promise<ReadonlyMap<string, GovernedKeyRows | KmsError>> {
    const found = new Map<string, GovernedKeyRows>();
    for (const keyId of keyIds) {
      const snapshot = this.keys.get(keyId);
      const toldThrough = this.due.get(keyId)?.toldThrough ?? null;
      if (snapshot) found.set(keyId, { snapshot, rows: await this.findPolicies(keyringId, keyId), toldThrough });
    }
    return found;
  }

  override async wrappingKeys(keyringId: string): Promise<readonly WrappingKeyRow[]> {
    return [...this.table('wrapping_key').values()].filter((row) => row.keyringId === keyringId);
  }

  override isBehind(): boolean {
    return false;
  }

  override get epoch(): number {
    return [...this.revisions.values()].reduce((sum, revision) => sum + revision, 0);
  }

  override async refresh(): Promise<void> {}

  override change<T>(scopes: readonly string[], work: (change: Change) => Promise<T>): Promise<T> {
    const run = this.#last.then(() => this.#change([...scopes], work));
    this.#last = run.catch(() => undefined);
    return run;
  }

  async #change<T>(scopes: string[], work: (change: Change) => Promise<T>): Promise<T> {
    const staged: (() => void)[] = [];
    const revisionIn = (scopeId: string) => {
      if (!scopes.includes(scopeId)) throw new Error(`a change put a row in scope ${scopeId}, which it did not take`);
      return (this.revisions.get(scopeId) ?? 0) + 1;
    };
    const put = <Name extends SealedTableName>(name: Name, given: Omit<SealedRows[Name], 'revision'>) => {
      const scopeId = 'keyringId' in given ? String(given.keyringId) : INSTALL_SCOPE;
      // eslint-disable-next-line typescript/no-unsafe-type-assertion -- Omit of one column, put back
      const row = { ...given, revision: revisionIn(scopeId) } as SealedRows[Name];
      staged.push(() => this.table(name).set(SEALED_TABLES[name].idOf(row), row));
      if ('target' in row) staged.push(() => this.#markPolicy(row));
    };
    const change: Change = {
      install: await this.install(),
      outbox: this.outbox.change(staged),
      find: async (name, id) => this.table(name).get(id),
      findKey: async (keyringId, keyId) => this.#newestFirst(keyringId).find(({ key }) => key.id === keyId),
      findGoverned: (keyringId, keyIds) => this.findGoverned(keyringId, keyIds),
      openCampaigns: (_keyringId, keyId) => this.listCampaigns({ keyId, state: 'open', limit: Infinity }),
      everyKey: (keyringId) => Readable.from(this.#newestFirst(keyringId)) as AsyncIterable<KeySnapshot>,
      isNameTaken: async (keyringId, name) =>
        Boolean(this.table('alias').get(`${keyringId}/${name}`)?.keyId) ||
        this.#newestFirst(keyringId).some(({ key }) => key.name === name && key.state !== 'destroyed'),
      put,
      putKey: (key, versions) => {
        const revision = revisionIn(key.keyringId);
        staged.push(() =>
          this.#putKey(
            key,
            versions.map((row) => ({ ...row, revision })),
            revision,
          ),
        );
        staged.push(() => this.#mark(key.keyringId, key.id, 'if governed'));
      },
      openScope: (scopeId) => void scopes.push(scopeId),
      putWrapped: (wrapped) => staged.push(() => this.wrapped.push(wrapped)),
      dropWrapped: (name) => staged.push(() => this.#dropWrapped(name)),
      dropRecords: () => undefined,
      putRootMigration: () => {
        throw new Error('the ledger in memory has no root migrations');
      },
      putNextLook: (next) => {
        staged.push(() => this.due.set(next.keyId, { ...next, failures: 0, marks: this.#marks(next.keyId) + 1 }));
      },
      claim: (claim) => {
        const id = `${claim.callerId} ${claim.operation} ${claim.key.toString('hex')}`;
        if (this.#claims.has(id)) throw new KmsError('conflict', 'this Idempotency-Key was used meanwhile');
        staged.push(() => this.#claims.set(id, claim));
      },
      record: (record) => staged.push(() => this.records.push(record)),
    };
    const answer = await work(change);
    for (const step of staged) step();
    for (const scope of scopes) this.revisions.set(scope, (this.revisions.get(scope) ?? 0) + 1);
    if (scopes.includes(INSTALL_SCOPE)) this.#view = undefined;
    return answer;
  }

  #putKey(
    key: Omit<KeySnapshot['key'], 'revision' | 'versionCount' | 'versionsDigest'>,
    rows: VersionRow[],
    revision: number,
  ) {
    const versions = [...(this.keys.get(key.id)?.versions ?? [])];
    for (const row of rows) versions[row.version - 1] = row;
    const sealed = { ...key, revision, versionCount: versions.length, versionsDigest: Buffer.alloc(32) };
    this.keys.set(key.id, { key: sealed, versions });
  }

  #markPolicy({ keyringId, target }: SealedRows['policy']): void {
    const keys = target === 'keyring' ? this.#newestFirst(keyringId).map(({ key }) => key.id) : [target];
    for (const keyId of keys) this.#mark(keyringId, keyId, 'whether governed or not');
  }

  #mark(keyringId: string, keyId: string, when: 'if governed' | 'whether governed or not'): void {
    const policies = this.table('policy');
    const isGoverned = policies.has(`${keyringId}/keyring`) || policies.has(`${keyringId}/${keyId}`);
    if (when === 'if governed' && !isGoverned) return;
    const none = { afterMessages: null, afterBytes: null, toldThrough: null };
    const marked = { ...none, ...this.due.get(keyId), keyringId, keyId, dueAt: new Date(0) };
    this.due.set(keyId, { ...marked, failures: 0, marks: this.#marks(keyId) + 1 });
  }

  #marks(keyId: string): number {
    return this.due.get(keyId)?.marks ?? 0;
  }

  #dropWrapped({ kind, scopeId, version }: WrappedName): void {
    const isMeant = (row: WrappedObject) => row.kind === kind && row.scopeId === scopeId && row.version === version;
    this.wrapped.splice(0, Infinity, ...this.wrapped.filter((row) => !isMeant(row)));
  }

  #newestFirst(keyringId: string): KeySnapshot[] {
    const own = [...this.keys.values()].filter(({ key }) => key.keyringId === keyringId);
    return own.toSorted((a, b) => (a.key.id < b.key.id ? 1 : -1));
  }
}
