import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import type { KeyRow, VersionRow } from '../../keys/records.js';
import { add, integrityFailure, subtract, type RowSeal } from '../../keys/row-seal.js';
import { SEALED_TABLES, sealedRow, type SealedRows, type SealedTableName } from '../../ledger/sealed-tables.js';
import { SEALED_ENTITIES } from '../entities/entities.js';
import { KeyVersionEntity } from '../entities/key-version.entity.js';
import { KeyEntity } from '../entities/key.entity.js';
import { insertRows, updateRows, upsertRows } from '../write-rows.js';
import type { DueMarks } from './due-marks.js';
import { primaryKeyOf } from './primary-key.js';
import type { ScopeMirror } from './scope-mirror.js';
import { versionsDigest } from './verify-row.js';

/** A scope as a change moves it. */
export interface Moving {
  readonly seal: RowSeal;
  /** undefined: the scope is born in this change. */
  readonly mirror: ScopeMirror | undefined;
  readonly revision: number;
  sum: bigint;
  count: number;
  touched: boolean;
}

/** A row that a change put. */
export type Put = {
  [Name in SealedTableName]: { readonly table: Name; readonly row: SealedRows[Name] };
}[SealedTableName];

/** A key that a change put, with the versions that are new or changed. */
export interface PutKey {
  readonly key: Omit<KeyRow, 'versionCount' | 'versionsDigest'>;
  readonly versions: readonly VersionRow[];
}

export interface WrittenRow {
  readonly table: string;
  readonly id: string;
  readonly revision: number;
  readonly tag: string;
}

/** Seals rows and writes them, and keeps the account of their scopes. */
export class SealedWriter {
  /** All that was written so far. */
  readonly written: WrittenRow[] = [];

  constructor(
    private readonly manager: EntityManager,
    private readonly scopeOf: (scopeId: string) => Moving,
    private readonly due: DueMarks,
  ) {}

  async write(put: Put, scopeId: string): Promise<void> {
    const { row, id, isNew } = this.#seal(put, scopeId);
    const entity: EntityTarget<ObjectLiteral> = SEALED_ENTITIES[put.table];
    if (!SEALED_TABLES[put.table].inSet) {
      await this.manager.upsert(entity, row, Object.keys(primaryKeyOf(put.table, id)));
    } else if (isNew) {
      await this.manager.insert(entity, row);
    } else {
      const { affected } = await this.manager.update(entity, primaryKeyOf(put.table, id), row);
      if (affected !== 1) throw integrityFailure(`row ${id} of ${put.table} is missing`);
    }
  }

  /** Any number of keys in the same few statements. */
  async writeKeys(puts: readonly PutKey[]): Promise<void> {
    const versions = puts.flatMap(({ key, versions }) =>
      versions.map((row) => this.#seal({ table: 'key_version', row }, key.keyringId).row),
    );
    await upsertRows(this.manager, KeyVersionEntity, versions);
    const tags = await this.#tagsOf(puts.map(({ key }) => key.id));
    const keys = puts.map(({ key }) => {
      const own = tags.get(key.id) ?? [];
      const row = { ...key, versionCount: own.length, versionsDigest: versionsDigest(own) };
      return this.#seal({ table: 'key', row }, key.keyringId);
    });
    const made = keys.filter(({ isNew }) => isNew).map(({ row }) => row);
    const changed = keys.filter(({ isNew }) => !isNew).map(({ row }) => row);
    await insertRows(this.manager, KeyEntity, made);
    const updated = await updateRows(this.manager, KeyEntity, changed);
    if (updated !== changed.length) throw integrityFailure('a key that was read is missing');
  }

  /** Of all versions, in their order. */
  async #tagsOf(keyIds: readonly string[]): Promise<ReadonlyMap<string, readonly Buffer[]>> {
    const rows = await this.manager.query<{ key_id: string; tag: Buffer }[]>(
      'select key_id, tag from key_version where key_id = any($1::uuid[]) order by version',
      [keyIds],
    );
    const tags = new Map<string, Buffer[]>();
    for (const { key_id, tag } of rows) tags.set(key_id, [...(tags.get(key_id) ?? []), tag]);
    return tags;
  }

  #seal({ table, row }: Put, scopeId: string): { readonly row: object; readonly id: string; readonly isNew: boolean } {
    const scope = this.scopeOf(scopeId);
    const sealed = sealedRow(table, row);
    const { id } = sealed;
    const tag = scope.seal.tagOf(sealed);
    const before = SEALED_TABLES[table].inSet ? scope.mirror?.tagOf(table, id) : undefined;
    if (SEALED_TABLES[table].inSet) {
      if (before) scope.sum = subtract(scope.sum, scope.seal.elementOf(table, id, before));
      else scope.count += 1;
      scope.sum = add(scope.sum, scope.seal.elementOf(table, id, tag));
    }
    scope.touched = true;
    this.due.note(table, id, scopeId);
    this.written.push({ table, id, revision: row.revision, tag: tag.toString('base64') });
    return { row: { ...row, tag }, id, isNew: !before };
  }
}
