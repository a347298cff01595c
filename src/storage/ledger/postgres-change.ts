import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import type { AuditRecord } from '../../audit/record.js';
import { KmsError } from '../../errors.js';
import { add, integrityFailure, subtract, type RowSeal } from '../../keys/row-seal.js';
import type { KeySnapshot } from '../../keys/records.js';
import type { WrappedName, WrappedObject } from '../../keys/wrapped-object.js';
import type { Change, IdempotencyClaim, InstallView } from '../../ledger/ledger.js';
import type { NextLook } from '../../ledger/due-keys.js';
import type { RootMigration, RootPhase } from '../../ledger/root-migrations.js';
import {
  INSTALL_SCOPE,
  SEALED_TABLES,
  sealedRow,
  type SealedRows,
  type SealedTableName,
} from '../../ledger/sealed-tables.js';
import { AuditRecordEntity } from '../entities/audit-record.entity.js';
import { SEALED_ENTITIES } from '../entities/entities.js';
import { HeadEntity } from '../entities/head.entity.js';
import { IdempotencyKeyEntity } from '../entities/idempotency-key.entity.js';
import { KeyEntity } from '../entities/key.entity.js';
import { KeyVersionEntity } from '../entities/key-version.entity.js';
import { AliasEntity } from '../entities/alias.entity.js';
import { deleteWrappings, insertWrapping } from '../wrapped-key-rows.js';
import { DueMarks } from './due-marks.js';
import { primaryKeyOf } from './primary-key.js';
import { mustBeNext } from './must-be-next.js';
import { KeyReader } from './read-key.js';
import type { ScopeMirror } from './scope-mirror.js';
import { mustBeCurrent, snapshotOf, versionsDigest, type Tagged } from './verify-row.js';

const KEYS_AT_A_TIME = 500;

/** A scope as a change moves it. */
interface Moving {
  readonly seal: RowSeal;
  /** undefined: the scope is born in this change. */
  readonly mirror: ScopeMirror | undefined;
  readonly revision: number;
  sum: bigint;
  count: number;
  touched: boolean;
}

type Put = {
  [Name in SealedTableName]: { readonly table: Name; readonly row: SealedRows[Name]; readonly scopeId: string };
}[SealedTableName];

/** One change of state inside its transaction: collects what is put, then seals and writes it in `finish`. */
export class PostgresChange implements Change {
  readonly #scopes = new Map<string, Moving>();
  readonly #work: (() => Promise<unknown>)[] = [];
  readonly #records: AuditRecord[] = [];
  readonly #due = new DueMarks();
  readonly #sealed: { table: string; id: string; revision: number; tag: string }[] = [];

  constructor(
    private readonly manager: EntityManager,
    readonly install: InstallView,
    private readonly now: number,
  ) {}

  enter(scopeId: string, mirror: ScopeMirror): void {
    const { seal, revision, sum, count } = mirror;
    this.#scopes.set(scopeId, { seal, mirror, revision: revision + 1, sum, count, touched: false });
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
    const key = await this.manager.findOneBy(KeyEntity, { keyringId, id: keyId });
    if (!key && mirror?.tagOf('key', keyId)) throw integrityFailure(`row ${keyId} of key is missing`);
    if (!key || !mirror) return undefined;
    mustBeCurrent(mirror, 'key', key);
    const versions = await this.manager.find(KeyVersionEntity, { where: { keyId }, order: { version: 'ASC' } });
    return snapshotOf(mirror, key, versions);
  }

  async *everyKey(keyringId: string): AsyncIterable<KeySnapshot> {
    const { mirror } = this.#scopeOf(keyringId);
    if (!mirror) return;
    const reader = new KeyReader(this.manager.connection);
    const ids = mirror.idsOf('key');
    for (let from = 0; from < ids.length; from += KEYS_AT_A_TIME) {
      const page = ids.slice(from, from + KEYS_AT_A_TIME);
      const found = await reader.byIds(this.manager, keyringId, page);
      if (found.length !== page.length) throw integrityFailure(`a key of keyring ${keyringId} is missing`);
      for (const { key, versions } of found) {
        mustBeCurrent(mirror, 'key', key);
        yield snapshotOf(mirror, key, versions);
      }
    }
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
    this.#work.push(() => this.#write({ table, row: sealed, scopeId } as unknown as Put));
  }

  putKey(
    key: Omit<SealedRows['key'], 'revision' | 'versionCount' | 'versionsDigest'>,
    versions: readonly Omit<SealedRows['key_version'], 'revision'>[],
  ): void {
    const { revision } = this.#scopeOf(key.keyringId);
    this.#work.push(async () => {
      for (const version of versions) {
        const row = { ...version, keyringId: key.keyringId, revision };
        await this.#write({ table: 'key_version', row, scopeId: key.keyringId });
      }
      const tags = await this.manager.find(KeyVersionEntity, {
        select: { version: true, tag: true },
        where: { keyId: key.id },
        order: { version: 'ASC' },
      });
      const digest = versionsDigest(tags.map((row) => row.tag));
      const row = { ...key, revision, versionCount: tags.length, versionsDigest: digest };
      await this.#write({ table: 'key', row, scopeId: key.keyringId });
    });
  }

  putWrapped(wrapped: WrappedObject): void {
    this.#work.push(() => insertWrapping(this.manager, wrapped));
  }

  dropWrapped(name: WrappedName): void {
    this.#work.push(() => deleteWrappings(this.manager, name));
  }

  putRootMigration(migration: RootMigration, before: RootPhase | undefined): void {
    const { revision } = this.#scopeOf(INSTALL_SCOPE);
    this.#work.push(async () => {
      const current = await this.find('root_migration', migration.id);
      await mustBeNext(this.manager, migration, before, current);
      await this.#write({ table: 'root_migration', row: { ...migration, revision }, scopeId: INSTALL_SCOPE });
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
    const sealed = moved.length > 0 ? { rows: this.#sealed, heads } : {};
    for (const record of this.#records) {
      const detail = { ...record.detail, ...sealed };
      await this.manager.insert(AuditRecordEntity, { ...record, detail });
    }
  }

  async #write({ table, row, scopeId }: Put): Promise<void> {
    const scope = this.#scopeOf(scopeId);
    const sealed = sealedRow(table, row);
    const tag = scope.seal.tagOf(sealed);
    const entity: EntityTarget<ObjectLiteral> = SEALED_ENTITIES[table];
    if (SEALED_TABLES[table].inSet) {
      const before = scope.mirror?.tagOf(table, sealed.id);
      if (before) scope.sum = subtract(scope.sum, scope.seal.elementOf(table, sealed.id, before));
      else scope.count += 1;
      scope.sum = add(scope.sum, scope.seal.elementOf(table, sealed.id, tag));
      if (before) await this.#mustChangeOne(entity, table, sealed.id, { ...row, tag });
      else await this.manager.insert(entity, { ...row, tag });
    } else {
      await this.manager.upsert(entity, { ...row, tag }, Object.keys(primaryKeyOf(table, sealed.id)));
    }
    scope.touched = true;
    this.#due.note(table, sealed.id, scopeId);
    this.#sealed.push({ table, id: sealed.id, revision: row.revision, tag: tag.toString('base64') });
  }

  async #mustChangeOne(
    entity: EntityTarget<ObjectLiteral>,
    table: SealedTableName,
    id: string,
    row: object,
  ): Promise<void> {
    const { affected } = await this.manager.update(entity, primaryKeyOf(table, id), row);
    if (affected !== 1) throw integrityFailure(`row ${id} of ${table} is missing`);
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
