import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { Database } from '../../src/storage/database.js';
import { migrateFor } from '../../src/storage/migrate.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ADMIN_URL } from '../support/postgres-server.js';
import { keystead } from '../unit/cli/shell.js';

/** A schema that one role owns and another one uses, as in production. */
describe('keystead database migrate', () => {
  const role = `keystead_app_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(16).toString('hex');
  let database: TestDatabase;
  let owner: Client;
  let dataDir: string;
  let applicationUrl: string;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'keystead-migrate-'));
    database = await createTestDatabase();
    owner = new Client(database.url);
    await owner.connect();
    await owner.query(`create role ${role} login password '${password}'`);
    const url = new URL(database.url);
    [url.username, url.password] = [role, password];
    applicationUrl = url.href;
  });
  afterAll(async () => {
    await owner.end();
    await database.drop();
    const admin = new Client(process.env[ADMIN_URL]);
    await admin.connect();
    await admin.query(`drop role ${role}`);
    await admin.end();
    await rm(dataDir, { recursive: true, force: true });
  });

  const open = () =>
    Database.open({
      dataDir,
      url: applicationUrl,
      migrationUrl: undefined,
      migrate: false,
      poolSize: 2,
      log: () => undefined,
    });
  const migrate = (KEYSTEAD_DATABASE_URL: string) =>
    keystead(['--json', 'database', 'migrate'], {
      env: { KEYSTEAD_DATABASE_URL, KEYSTEAD_MIGRATION_DATABASE_URL: database.url },
    });

  it('is what a node that leaves the schema alone asks for', async () => {
    await expect(open()).rejects.toMatchObject({
      code: 'invalid-setting',
      detail: expect.stringContaining('keystead database migrate'),
    });
  });

  it('brings the schema up to date, once or more often, for a role that cannot change it', async () => {
    for (let round = 0; round < 2; round++) {
      const { code, out, err } = await migrate(applicationUrl);
      expect({ code, err, out: JSON.parse(out) }).toEqual({ code: 0, err: '', out: { schema: 'up to date' } });
    }
    const opened = await open();
    try {
      const [counted] = await opened.reads.query('select count(*)::int as n from keyring');
      expect(counted).toEqual({ n: 0 });
      await expect(opened.reads.query('create table mine (id int)')).rejects.toMatchObject({ code: '42501' });
    } finally {
      await opened.stop();
    }
  });

  it('takes as long as the tables are large', async () => {
    const empty = await createTestDatabase();
    const client = new Client(empty.url);
    await client.connect();
    try {
      // The list of migrations as TypeORM makes it, and what writes down how long a statement beside it may take.
      await client.query(`create table migration (id serial primary key, "timestamp" bigint not null, name varchar not null);
        create table allowed (milliseconds text);
        create function note() returns trigger language plpgsql as $$
          begin insert into allowed values (current_setting('statement_timeout')); return new; end $$;
        create trigger note before insert on migration for each row execute function note()`);
      await migrateFor(empty.url, undefined);
      const { rows } = await client.query('select distinct milliseconds from allowed');
      expect(rows).toEqual([{ milliseconds: '0' }]);
    } finally {
      await client.end();
      await empty.drop();
    }
  });

  it.each([
    ['no database is named', '', 'KEYSTEAD_DATABASE_URL: must be a postgres:// URL'],
    ['it cannot be reached', 'postgres://nobody@127.0.0.1:1/none', 'cannot be reached'],
  ])('says so when %s', async (_, url, words) => {
    const { code, err } = await keystead(['database', 'migrate'], { env: { KEYSTEAD_DATABASE_URL: url } });
    expect(code).not.toBe(0);
    expect(err).toContain(words);
  });
});
