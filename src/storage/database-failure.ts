import { isKmsError, KmsError } from '../errors.js';

/** SQLSTATE classes and codes that mean "not now": connection, shutdown, resources, read-only (a replica), time-outs. */
const UNAVAILABLE = /^(08|53|57|25006|55P03|58)/;
/** The classes that PostgreSQL has; `EPIPE` of a broken connection is as long. */
const SQL_STATE = /^[0-9FHPX][0-9A-Z]{4}$/;
const CONFLICT = /^(23505|40001|40P01)$/;

/** What a failed query means to a caller. */
export function databaseFailure(error: unknown): KmsError {
  if (isKmsError(error)) return error;
  const code = sqlState(error);
  if (code !== undefined && CONFLICT.test(code)) {
    return new KmsError('conflict', 'something else changed the same thing at the same time; try again', error);
  }
  const isDefect = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  if ((code === undefined && !isDefect) || (code !== undefined && UNAVAILABLE.test(code))) {
    return new KmsError(
      'database-unavailable',
      'the database cannot be reached or does not answer in time; try again',
      error,
    );
  }
  return new KmsError('internal-error', 'something went wrong inside the service; its log has the request id', error);
}

function sqlState(error: unknown): string | undefined {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  const state = driverError?.code ?? code;
  return typeof state === 'string' && SQL_STATE.test(state) ? state : undefined;
}
