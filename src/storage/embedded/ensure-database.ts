import { Client } from 'pg';
import type { SocketConnection } from './socket-url.js';

/** Keystead's database, and the role that owns it and is no superuser: grants and triggers hold against it. */
export const DATABASE = 'keystead';
export const ROLE = 'keystead';

/**
 * Makes the role and the database when they are missing.
 *
 * @param superuser a connection to the database `postgres`
 */
export async function ensureDatabase(superuser: SocketConnection): Promise<void> {
  const client = new Client({ ...superuser });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const role = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [ROLE]);
    if (role.rowCount === 0) await client.query(`CREATE ROLE ${ROLE} LOGIN`);
    const database = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (database.rowCount === 0) {
      await client.query(`CREATE DATABASE ${DATABASE} OWNER ${ROLE} TEMPLATE template0 ENCODING 'UTF8'`);
    }
  } finally {
    await client.end();
  }
}
