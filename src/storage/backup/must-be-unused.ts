import { Client } from 'pg';
import { KmsError } from '../../errors.js';
import { databaseFailure } from '../database-failure.js';

/** Before its schema is touched. @throws KmsError conflict where an install lives in the database */
export async function mustBeUnused(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 30_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ made: boolean }>(`select to_regclass('install') is not null as made`);
    if (!rows[0]?.made) return;
    const install = await client.query('select from install');
    if (install.rowCount === 0) return;
  } catch (error) {
    throw databaseFailure(error);
  } finally {
    await client.end().catch(() => undefined);
  }
  throw new KmsError(
    'conflict',
    'the database is not empty: an install lives in it. A backup is restored into an empty database only; nothing was changed',
  );
}
