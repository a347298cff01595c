import { afterAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const made: TestDatabase[] = [];
afterAll(() => Promise.all(made.map((database) => database.drop())));

async function database(template?: (url: string) => Promise<void>): Promise<TestDatabase> {
  const one = await createTestDatabase(template === undefined ? {} : { template });
  made.push(one);
  return one;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('createTestDatabase', () => {
  it('copies a template that is prepared once, also for callers that come at the same time', async () => {
    let prepared = 0;
    const template = async (url: string) => {
      prepared += 1;
      await query(url, 'CREATE TABLE greeting AS SELECT 1 AS hello');
    };
    const [one, two] = await Promise.all([database(template), database(template)]);
    await query(one.url, 'DELETE FROM greeting');
    expect(await query(two.url, 'SELECT hello FROM greeting')).toEqual([{ hello: 1 }]);
    expect(await query((await database(template)).url, 'SELECT hello FROM greeting')).toEqual([{ hello: 1 }]);
    expect(prepared).toBe(1);
  });

  it('makes empty UTF-8 databases in code point order for a role that is no superuser', async () => {
    const { url } = await database();
    expect(await query(url, `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`)).toEqual([]);
    expect(await query(url, `SELECT current_setting('server_encoding') AS encoding, 'a' > 'B' AS order`)).toEqual([
      { encoding: 'UTF8', order: true },
    ]);
    await query(url, 'CREATE TABLE mine ()');
  });

  it('drops a database with open connections', async () => {
    const doomed = await createTestDatabase();
    const { url } = doomed;
    const client = new Client({ connectionString: url });
    const lost = new Promise<Error>((resolve) => client.on('error', resolve));
    await client.connect();
    await doomed.drop();
    expect(await lost).toBeInstanceOf(Error);
    await expect(query(url, 'SELECT')).rejects.toMatchObject({ code: '3D000' });
  });
});
