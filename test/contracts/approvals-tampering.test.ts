import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { ApprovalRow } from '../../src/access/approval.js';
import { uuidv7 } from '../../src/keys/uuid.js';
import { INSTALL_SCOPE } from '../../src/ledger/sealed-tables.js';
import { firstCaller, PostgresInstall } from '../support/postgres-install.js';

const TABLES = ['approval', 'install_setting', 'keyring', 'binding'] as const;

let install: PostgresInstall;
let sql: Client;

/** Dual control of keyring and install, and a request that waits. */
beforeAll(async () => {
  install = await PostgresInstall.make([firstCaller('alice', 'approver', 'everything')]);
  sql = new Client({ connectionString: install.database.url });
  await sql.connect();
  const dualControl = { approvers: 2, operations: [], lifetime: 60 };
  const now = new Date();
  const request: Omit<ApprovalRow, 'revision'> = {
    id: uuidv7(),
    operation: 'key.export',
    requesterId: randomUUID(),
    requesterCredential: 'token',
    subject: { resource: 'key/1' },
    required: [{ keyring: null, approvers: 2 }],
    guarded: 'key-export',
    request: {},
    digest: Buffer.alloc(32),
    state: 'pending',
    decisions: [],
    createdAt: now,
    expiresAt: new Date(now.getTime() + 60_000),
    changedAt: now,
  };
  await install.first.ledger.change([INSTALL_SCOPE], async (change) => {
    const [keyring] = change.install.keyringsById.values();
    if (!keyring) throw new Error('no keyring');
    change.put('keyring', { ...keyring, dualControl });
    change.put('install_setting', { id: INSTALL_SCOPE, dualControl });
    change.put('approval', request);
  });
  for (const table of TABLES) await sql.query(`create table kept_${table} as select * from ${table}`);
});
afterAll(async () => {
  await sql.end();
  await install.close();
});

async function decides(): Promise<string> {
  return install.first.ledger.install().then(
    () => 'decides',
    (error: unknown) => String(Object(error).code),
  );
}

async function until(state: string): Promise<void> {
  while ((await decides()) !== state) await new Promise((resolve) => setTimeout(resolve, 20));
}

it.each([
  ['a request that was approved in the database', `update approval set state = 'approved'`],
  ['fewer approvers of a request', `update approval set required = '[{"keyring": null, "approvers": 1}]'`],
  [
    'an approver’s word that was written into a request',
    `update approval set decisions = '[{"callerId": "x", "verdict": "approve"}]'`,
  ],
  ['another digest', `update approval set digest = '\\x00'`],
  ['a request that lives longer', `update approval set expires_at = expires_at + interval '1 year'`],
  ['a request that was deleted', `delete from approval`],
  ['dual control of a keyring, ended', `update keyring set dual_control = null`],
  ['dual control of the install, ended', `update install_setting set dual_control = null`],
  ['dual control of the install, deleted', `delete from install_setting`],
  ['separation of duties, switched off', `update keyring set separation_of_duties = false`],
  ['a binding that somebody else seems to have made', `update binding set created_by = 'nobody'`],
])('%s stops the install', async (_what, statement) => {
  expect(await decides()).toBe('decides');
  await sql.query(statement);
  await until('integrity-failure');
  for (const table of TABLES) {
    await sql.query(`delete from ${table}; insert into ${table} select * from kept_${table}`);
  }
  await until('decides');
});
