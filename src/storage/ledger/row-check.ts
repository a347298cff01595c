import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import { isKmsError, type KmsError } from '../../errors.js';
import { integrityFailure } from '../../keys/row-seal.js';
import type { SealedRows, SealedTableName } from '../../ledger/sealed-tables.js';
import { SEALED_ENTITIES } from '../entities/entities.js';
import { primaryKeyOf } from './primary-key.js';
import type { KeyReader } from './read-key.js';
import type { ScopeMirror } from './scope-mirror.js';
import type { Scopes } from './scopes.js';
import { mustBeCurrent, snapshotOf, type Tagged } from './verify-row.js';

const MAX_LOOKS = 10;

/** A row of a scope, by its id in the seal. A version is looked at with its key. */
export interface RowName {
  readonly table: Exclude<SealedTableName, 'key_version'>;
  readonly id: string;
}

/** Looks at rows that somebody changed. */
export class RowCheck {
  constructor(
    private readonly reads: DataSource,
    private readonly keys: KeyReader,
    private readonly scopes: Scopes,
  ) {}

  /**
   * A change of the service's own matches after a refresh, any other stops the scope from deciding. A row may move on
   * between refresh and look, so what does not match is looked at again.
   */
  async run(scopeId: string, rows: readonly RowName[]): Promise<void> {
    let left = rows;
    for (let look = 1; ; look++) {
      await this.scopes.refresh(scopeId);
      const failures = await this.#failures(await this.scopes.mirror(scopeId), scopeId, left);
      const [first] = failures.values();
      if (!first) return;
      if (look === MAX_LOOKS) {
        this.scopes.fail(scopeId, first);
        return;
      }
      left = [...failures.keys()];
    }
  }

  async #failures(mirror: ScopeMirror, scopeId: string, rows: readonly RowName[]): Promise<Map<RowName, KmsError>> {
    const keyIds = rows.filter(({ table }) => table === 'key').map(({ id }) => id);
    const found = keyIds.length === 0 ? [] : await this.keys.byIds(this.reads, scopeId, keyIds);
    const keys = new Map(found.map((one) => [one.key.id, one]));
    const failures = new Map<RowName, KmsError>();
    for (const name of rows) {
      const key = name.table === 'key' ? keys.get(name.id) : undefined;
      const row = key?.key ?? (name.table === 'key' ? null : await this.#read(name));
      const failure = failureOf(() => {
        if (row) mustBeCurrent(mirror, name.table, row);
        else if (mirror.tagOf(name.table, name.id))
          throw integrityFailure(`row ${name.id} of ${name.table} is missing`);
        if (key) snapshotOf(mirror, key.key, key.versions);
      });
      if (failure) failures.set(name, failure);
    }
    return failures;
  }

  async #read({ table, id }: RowName): Promise<Tagged<SealedRows[RowName['table']]> | null> {
    const entity: EntityTarget<ObjectLiteral> = SEALED_ENTITIES[table];
    return (await this.reads.manager.findOneBy(entity, primaryKeyOf(table, id))) as Tagged<
      SealedRows[RowName['table']]
    > | null;
  }
}

function failureOf(check: () => void): KmsError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (isKmsError(error)) return error;
    throw error;
  }
}
