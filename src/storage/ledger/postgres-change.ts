import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import type { AuditRecord } from '../../audit/record.js';
import { KmsError } from '../../errors.js';
import { integrityFailure, type RowSeal } from '../../keys/row-seal.js';
import type { KeySnapshot } from '../../keys/records.js';
import type { WrappedName, WrappedObject } from '../../keys/wrapped-object.js';
import type { Change, GovernedKeyRows, IdempotencyClaim, InstallView } from '../../ledger/ledger.js';
import type { NextLook } from '../../ledger/due-keys.js';
import type { RootMigration, RootPhase } from '../../ledger/root-migrations.js';
import { INSTALL_SCOPE, SEALED_TABLES, type SealedRows, type SealedTableName } from '../../ledger/sealed-tables.js';
import type { CampaignRow } from '../../rotation/records.js';
import type { LogWriter } from '../audit/log-writer.js';
import { CampaignEntity } from '../entities/campaign.entity.js';
import { SEALED_ENTITIES } from '../entities/entities.js';
import { HeadEntity } from '../entities/head.entity.js';
import { IdempotencyKeyEntity } from '../entities/idempotency-key.entity.js';
import { KeyEntity } from '../entities/key.entity.js';
import { AliasEntity } from '../entities/alias.entity.js';
import { deleteWrappings, insertWrapping } from '../wrapped-key-rows.js';
import { PostgresOutboxChange } from '../postgres-outbox.js';
import { DueMarks } from './due-marks.js';
import { everyKey } from './every-key.js';
import { readGoverned, verifyGoverned } from './governed-keys.js';
import { primaryKeyOf } from './primary-key.js';
import { mustBeNext } from './must-be-next.js';
import { KeyReader } from './read-key.js';
import type { ScopeMirror } from './scope-mirror.js';
import { SealedWriter, type Moving, type Put, type PutKey, type WrittenRow } from './sealed-writer.js';
import { allCurrent, mustBeCurrent, mustBeUnknown, verifiedKey, type Tagged } from './verify-row.js';

/** One change of state inside its transaction: collects what is put, then seals and writes it in `finish`. */
export class PostgresChange implements Change {
  readonly #scopes = new Map<string, Moving>();
  readonly #work: (() => Promise<unknown>)[] = [];
  readonly #keys: PutKey[] = [];
  readonly #records: AuditRecord[] = [];
  readonly #due = new DueMarks();
  readonly #writer: SealedWriter;
  readonly #reader: KeyReader;
  readonly outbox: PostgresOutboxChange;

  constructor(
    private readonly manager: EntityManager,
    readonly install: InstallView,
    private readonly now: number,
    private readonly log: LogWriter,
  ) {
    this.#writer = new SealedWriter(manager, (scopeId) => this.#scopeOf(scopeId), this.#due);
    this.#reader = new KeyReader(manager.connection);
    this.outbox = new PostgresOutboxChange(manager);
  }

  enter(scopeId: string, mirror: ScopeMirror): void {
    const { seal, revision, sum, count } = mirror;
    this.#scopes.set(scopeId, { seal, mirror, revision: revision + 1, sum, count, touched: false });
  }

  /** A scope that goes on at this revision, whatever is put: others may have seen some that are not there any more. */
  renew(mirror: ScopeMirror, revision: number): void {
    const { seal, sum, count } = mirror;
    this.#scopes.set(seal.scopeId, { seal, mirror, revision, sum, count, touched: true });
  }

  openScope(scopeId: string, seal: RowSeal): void {
    this.#scopes.set(scopeId, { seal, mirror: undefined, revision: 1, sum: 0n, count: 0, touched: true });
  }

  async find<Name extends SealedTableName>(table: Name, id: string): Promise<SealedRows[Name] | undefined> {
    const scope = this.#scopeOf(SEALED_TABLES[table].home === 'install' ? INSTALL_SCOPE : scopeIdIn(id));
    const entity: EntityTarget<ObjectLiteral> = SEALED_ENTITIES[table];
    const row = (await this.manager.findOneBy(entity, primaryKeyOf(table, id))) as Tagged<SealedRows[Name]> | null;
    if (!row && scope.mirror?.tagOf(table, id)) throw integrityFailure(`row ${id} of ${table} is missing`);
    if (row && scope.mirror) mustBeCurrent(scope.mirror, table, row);
    return row ?? undefined;
  }

  async findKey(keyringId: string, keyId: string): Promise<KeySnapshot | undefined> {
    const { mirror } = this.#scopeOf(keyringId);
    const [found] = await this.#reader.byIds(this.manager, keyringId, [keyId]);
    if (found && mirror) return verifiedKey(mirror, found);
    if (mirror) mustBeUnknown(mirror, 'key', keyId);
    return undefined;
  }

  async findGoverned(
    keyringId: string,
    keyIds: readonly string[],
  ): Promise<ReadonlyMap<string, GovernedKeyRows | KmsError>> {
    const { mirror } = this.#scopeOf(keyringId);
    if (!mirror) return new Map();
    return verifyGoverned(mirror, keyringId, keyIds, await readGoverned(this.manager, this.#reader, keyringId, keyIds));
  }

  async openCampaigns(keyringId: string, keyId: string): Promise<readonly CampaignRow[]> {
    const { mirror } = this.#scopeOf(keyringId);
    const rows = await this.manager.findBy(CampaignEntity, { keyringId, keyId, state: 'open' });
    return mirror ? allCurrent('campaign')(mirror, rows) : [];
  }

  async *everyKey(keyringId: string): AsyncIterable<KeySnapshot> {
    const { mirror } = this.#scopeOf(keyringId);
    if (mirror) yield* everyKey(this.manager, this.#reader, mirror);
  }

  async isNameTaken(keyringId: string, name: string): Promise<boolean> {
    const keys = await this.manager
      .createQueryBuilder(KeyEntity, 'key')
      .where(`key.keyringId = :keyringId and key.name = :name and key.state <> 'destroyed'`, { keyringId, name })
      .getCount();
    if (keys > 0) return true;
    const alias = await this.manager.findOneBy(AliasEntity, { keyringId, name });
    return alias !== null && alias.keyId !== null;
  }

  put<Name extends SealedTableName>(table: Name, row: Omit<SealedRows[Name], 'revision'>): void {
    const scopeId =
      SEALED_TABLES[table].home === 'install' ? INSTALL_SCOPE : (row as unknown as { keyringId: string }).keyringId;
    const { revision } = this.#scopeOf(scopeId);
    const sealed = { ...row, revision } as unknown as SealedRows[Name];
    const put = { table, row: sealed } as unknown as Put;
    this.#work.push(() => this.#writer.write(put, scopeId));
  }

  putKey(
    key: Omit<SealedRows['key'], 'revision' | 'versionCount' | 'versionsDigest'>,
    versions: readonly Omit<SealedRows['key_version'], 'revision'>[],
  ): void {
    const { revision } = this.#scopeOf(key.keyringId);
    // All keys of a change are written together, where the first was put.
    if (this.#keys.length === 0) this.#work.push(() => this.#writer.writeKeys(this.#keys));
    const rows = versions.map((row) => ({ ...row, keyringId: key.keyringId, revision }));
    this.#keys.push({ key: { ...key, revision }, versions: rows });
  }

  putWrapped(wrapped: WrappedObject): void {
    this.#work.push(() => insertWrapping(this.manager, wrapped));
  }

  dropWrapped(name: WrappedName): void {
    this.#work.push(() => deleteWrappings(this.manager, name));
  }

  dropRecords(minimumIndex: number): void {
    this.#work.push(() => this.manager.query('select audit_drop($1)', [minimumIndex]));
  }

  putRootMigration(migration: RootMigration, before: RootPhase | undefined): void {
    const { revision } = this.#scopeOf(INSTALL_SCOPE);
    this.#work.push(async () => {
      const current = await this.find('root_migration', migration.id);
      await mustBeNext(this.manager, migration, before, current);
      await this.#writer.write({ table: 'root_migration', row: { ...migration, revision } }, INSTALL_SCOPE);
    });
  }

  putNextLook(next: NextLook): void {
    this.#due.putNextLook(next);
  }

  claim(claim: IdempotencyClaim): void {
    this.#work.push(() => this.manager.insert(IdempotencyKeyEntity, { ...claim, createdAt: new Date(this.now) }));
  }

  record(record: AuditRecord): void {
    this.#records.push(record);
  }

  /** Writes all that was put, moves the heads, appends the records. */
  async finish(): Promise<void> {
    for (const write of this.#work) await write();
    for (const [scopeId, scope] of this.#scopes) if (scope.touched) await this.#moveHead(scopeId, scope);
    await this.#due.write(this.manager);
    const moved = [...this.#scopes].filter(([, scope]) => scope.touched);
    const heads = Object.fromEntries(moved.map(([scopeId, { revision }]) => [scopeId, revision]));
    const rows = this.#rowsByRecord();
    const insert = 'insert into audit_revision (scope_id, revision) values ($1, $2) on conflict do nothing';
    for (const [scopeId, { revision }] of moved) await this.manager.query(insert, [scopeId, revision]);
    const records = this.#records.map((record) => {
      const sealed = moved.length > 0 ? { rows: rows.get(record) ?? [], heads } : {};
      return { ...record, detail: { ...record.detail, ...sealed } };
    });
    await this.log.appendIn(this.manager, records);
  }

  /** Each row is told of by one record: the first about its key, or else the last. */
  #rowsByRecord(): ReadonlyMap<AuditRecord, readonly WrittenRow[]> {
    const ofKey = new Map(this.#records.toReversed().map((record) => [record.key, record]));
    const rows = new Map<AuditRecord, WrittenRow[]>();
    for (const row of this.#writer.written) {
      const record = ofKey.get(row.id.split('/')[0] ?? '') ?? this.#records.at(-1);
      if (record) rows.set(record, [...(rows.get(record) ?? []), row]);
    }
    return rows;
  }

  async #moveHead(scopeId: string, scope: Moving): Promise<void> {
    const head = { scopeId, ...scope.seal.headOf(scope.revision, scope.count, scope.sum) };
    if (!scope.mirror) await this.manager.insert(HeadEntity, head);
    else await this.manager.update(HeadEntity, { scopeId }, head);
  }

  #scopeOf(scopeId: string): Moving {
    const scope = this.#scopes.get(scopeId);
    if (!scope) throw new KmsError('internal-error', 'a change put a row in a scope that it did not take');
    return scope;
  }
}

/** Ids of rows in a keyring begin with the keyring's; keys are found by `findKey`. */
function scopeIdIn(id: string): string {
  return id.split('/')[0] ?? '';
}
