import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { uuidv7 } from '../../src/keys/uuid.js';
import { UsageCounter } from '../../src/operations/usage/usage-counter.js';
import { PostgresKeyUses } from '../../src/storage/postgres-key-uses.js';
import { PostgresInstall } from '../support/postgres-install.js';

let install: PostgresInstall;
let sql: Client;

beforeAll(async () => {
  install = await PostgresInstall.make();
  sql = new Client({ connectionString: install.database.url });
  await sql.connect();
});
afterAll(async () => {
  await sql.end();
  await install.close();
});

it('what was counted but made no key due is counted again as a whole: never twice', async () => {
  const uses = new PostgresKeyUses(install.first.database.changes);
  const counter = new UsageCounter(uses);
  const keyId = uuidv7();
  const use = { keyId, version: 1, kind: 'encryptions', bytes: 10, usedBy: 'somebody' } as const;
  counter.note({ ...use, at: 1 });
  await sql.query('alter table due_key rename to due_key_away');
  try {
    await expect(counter.flush()).rejects.toThrow();
    expect((await uses.find([keyId])).size).toBe(0);
    counter.note({ ...use, at: 2 });
    expect((await counter.of(keyId)).get(1)).toMatchObject({ encryptions: 2, bytes: 20 });
  } finally {
    await sql.query('alter table due_key_away rename to due_key');
  }
  await counter.flush();
  expect((await uses.find([keyId])).get(keyId)?.get(1)).toMatchObject({ encryptions: 2, bytes: 20 });
  expect((await counter.of(keyId)).get(1)).toMatchObject({ encryptions: 2, bytes: 20 });
});
