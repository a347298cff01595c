import { Client } from 'pg';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '../../src/storage/embedded/start-embedded-postgres.js';

/** Settings for tests that do not survive a crash of the machine. */
export const fast = { fsync: 'off' };

/** Runs one statement on a connection of its own and gives its rows. */
export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Runs `use` with an embedded server that is stopped afterwards. */
export async function withServer<T>(
  options: EmbeddedPostgresOptions,
  use: (server: EmbeddedPostgres) => Promise<T>,
): Promise<T> {
  const server = await startEmbeddedPostgres(options);
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}
