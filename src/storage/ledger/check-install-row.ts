import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import { isKmsError, type KmsError } from '../../errors.js';
import { integrityFailure } from '../../keys/row-seal.js';
import { INSTALL_SCOPE, type SealedRows, type SealedTableName } from '../../ledger/sealed-tables.js';
import { SEALED_ENTITIES } from '../entities/entities.js';
import { primaryKeyOf } from './primary-key.js';
import type { ScopeMirror } from './scope-mirror.js';
import type { Scopes } from './scopes.js';
import { mustBeCurrent, type Tagged } from './verify-row.js';

const MAX_LOOKS = 10;

/**
 * Looks at one row of the install that somebody changed: a change of the service's own matches after a refresh, any
 * other stops the install from deciding. The row may move on between look and refresh, so it is looked at again.
 */
export async function checkInstallRow(
  reads: DataSource,
  scopes: Scopes,
  table: SealedTableName,
  id: string,
): Promise<void> {
  for (let look = 1; ; look++) {
    await scopes.refresh(INSTALL_SCOPE);
    const mirror = await scopes.mirror(INSTALL_SCOPE);
    const failure = await lookAt(reads, mirror, table, id);
    if (!failure) return;
    if (look === MAX_LOOKS) {
      scopes.fail(INSTALL_SCOPE, failure);
      return;
    }
  }
}

async function lookAt(
  reads: DataSource,
  mirror: ScopeMirror,
  table: SealedTableName,
  id: string,
): Promise<KmsError | undefined> {
  const entity: EntityTarget<ObjectLiteral> = SEALED_ENTITIES[table];
  const row = (await reads.manager.findOneBy(entity, primaryKeyOf(table, id))) as Tagged<
    SealedRows[typeof table]
  > | null;
  if (!row) return mirror.tagOf(table, id) && integrityFailure(`row ${id} of ${table} is missing`);
  try {
    mustBeCurrent(mirror, table, row);
    return undefined;
  } catch (error) {
    if (isKmsError(error)) return error;
    throw error;
  }
}
