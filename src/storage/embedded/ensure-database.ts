import { Client } from 'pg';
import type { SocketConnection } from './socket-url.js';

/** Keystead's database, the role that owns it, and the role that the service runs as; neither is a superuser. */
export const DATABASE = 'keystead';
export const ROLE = 'keystead';
export const APPLICATION_ROLE = 'keystead_app';

/**
 * Makes the roles and the database when they are missing.
 *
 * @param superuser a connection to the database `postgres`
 */
export async function ensureDatabase(superuser: SocketConnection): Promise<void> {
  const client = new Client({ ...superuser });
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (const name of [ROLE, APPLICATION_ROLE]) {
      const role = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
      if (role.rowCount === 0) await client.query(`CREATE ROLE ${name} LOGIN`);
    }
    const database = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (database.rowCount === 0) {
      await client.query(`CREATE DATABASE ${DATABASE} OWNER ${ROLE} TEMPLATE template0 ENCODING 'UTF8'`);
    }
  } finally {
    await client.end();
  }
}
