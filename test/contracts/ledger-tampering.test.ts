import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { INSTALL_SCOPE } from '../../src/ledger/sealed-tables.js';
import { firstCaller, PostgresInstall } from '../support/postgres-install.js';
import { sampleKey, type NewKey, type NewVersion } from '../support/sample-key.js';
import { until } from '../support/until.js';

let install: PostgresInstall;
let sql: Client;
let keyringId: string;

beforeAll(async () => {
  install = await PostgresInstall.make([
    firstCaller('app', 'crypto-user'),
    firstCaller('other', 'auditor', 'everything'),
  ]);
  sql = new Client({ connectionString: install.database.url });
  await sql.connect();
  keyringId = (await install.first.ledger.install()).keyringsByName.get('default')?.id ?? '';
});

afterAll(async () => {
  await sql.end();
  await install.close();
});

async function putKey(key: NewKey, versions: readonly NewVersion[]): Promise<void> {
  await install.first.ledger.change([keyringId], async (change) => change.putKey(key, versions));
}

async function makeKey(name: string): Promise<string> {
  const [key, versions] = sampleKey(keyringId, name);
  await putKey(key, versions);
  return key.id;
}

/** A node that has seen nothing yet. */
async function onFreshNode<T>(work: (ledger: PostgresInstall['first']['ledger']) => Promise<T>): Promise<T> {
  const node = await install.openNode(false);
  try {
    await node.open();
    return await work(node.ledger);
  } finally {
    await node.close();
  }
}

const integrityFailure = expect.objectContaining({ code: 'integrity-failure' }) as unknown;

function isIntegrityFailure(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'integrity-failure';
}

describe('an untouched database', () => {
  it('is read back as it was written, on any node', async () => {
    const id = await makeKey('plain');
    const { ledger: own } = install.first;
    // The notice of its own change may still be on its way: it takes the key out of memory, once.
    while ((await own.findKey(keyringId, 'plain')) !== (await own.findKey(keyringId, id)));
    const here = await own.findKey(keyringId, id);
    expect(here?.key.id).toBe(id);
    await onFreshNode(async (ledger) => {
      expect((await ledger.findKey(keyringId, id))?.key).toEqual(here?.key);
      expect(await ledger.findKey(keyringId, 'nothing')).toBeUndefined();
    });
  });

  it('lets a node that is behind catch up with what another changed', async () => {
    await onFreshNode(async (ledger) => {
      await ledger.findKey(keyringId, 'plain');
      const id = await makeKey('later');
      const { rows } = await sql.query<{ revision: string }>('select revision from head where scope_id = $1', [
        keyringId,
      ]);
      expect((await ledger.findKey(keyringId, id))?.key.name).toBe('later');
      expect(ledger.isBehind(keyringId, Number(rows[0]?.revision))).toBe(false);
    });
  });

  it('keeps changes of one keyring by two nodes apart', async () => {
    await onFreshNode(async (ledger) => {
      const names = Array.from({ length: 20 }, (_, index) => `race-${index}`);
      await Promise.all(
        names.map((name, index) => {
          const [key, versions] = sampleKey(keyringId, name);
          const node = index % 2 === 0 ? ledger : install.first.ledger;
          return node.change([keyringId], async (change) => change.putKey(key, versions));
        }),
      );
      for (const name of names) expect((await install.first.ledger.findKey(keyringId, name))?.key.name).toBe(name);
    });
  });
});

describe('a row that something else changed', () => {
  const COLUMNS = [
    ['state', `'disabled'`],
    ['exportable', 'true'],
    ['tags', `'{"team":"fraud"}'`],
    ['primary_version', '2'],
    ['destroy_at', 'now()'],
    ['spec', `'aes-128-gcm'`],
    ['description', `'mine'`],
    ['lineage_id', 'gen_random_uuid()'],
    ['multi_region', `'{"primary":{"region":"eu-west-1"},"replicas":[]}'`],
    ['key_policy', `'{}'`],
    ['grants', `'[]'`],
    ['material_expires_at', 'now()'],
    ['revision', 'revision + 1'],
  ] as const;

  it.each(COLUMNS)('key.%s is refused', async (column, value) => {
    const id = await makeKey(`edited-${column}`);
    await install.first.ledger.findKey(keyringId, id);
    await whileTampered('key', `update key set ${column} = ${value} where id = '${id}'`, id);
  });

  it.each([
    [
      'a public key that was swapped',
      (id: string) => `update key_version set public_key = '\\x3000' where key_id = '${id}'`,
    ],
    [
      'a version that was enabled again',
      (id: string) => `update key_version set state = 'disabled' where key_id = '${id}'`,
    ],
    [
      'a rotation that somebody made up',
      (id: string) => `update key_version set rotation = '{"by":"policy"}' where key_id = '${id}'`,
    ],
    [
      'imported material that waits for no rotation any more',
      (id: string) => `update key_version set imported = '{"pending":false}' where key_id = '${id}'`,
    ],
    ['a version that was deleted', (id: string) => `delete from key_version where key_id = '${id}'`],
  ])('%s is refused', async (what, statement) => {
    const id = await makeKey(what.replaceAll(' ', '-'));
    await whileTampered('key_version', statement(id), id);
  });

  it('a key that was deleted is not simply unknown', async () => {
    const id = await makeKey('deleted');
    await whileTampered('key', `delete from key where id = '${id}'`, id);
  });

  it("yesterday's row that was put back is refused, with its versions or without", async () => {
    const id = await makeKey('put-back');
    await sql.query(`create table yesterday as select * from key where id = '${id}'`);
    await sql.query(`create table yesterday_version as select * from key_version where key_id = '${id}'`);
    const found = await install.first.ledger.findKey(keyringId, id);
    if (!found) throw new Error('no key');
    const [version] = found.versions;
    if (!version) throw new Error('no version');
    await putKey({ ...found.key, state: 'disabled' }, [{ ...version, state: 'disabled' }]);
    const putBack = `delete from key where id = '${id}'; insert into key select * from yesterday`;
    await whileTampered('key', putBack, id);
    const withVersions = `delete from key_version where key_id = '${id}'; insert into key_version select * from yesterday_version`;
    await sql.query('create table today_version as select * from key_version');
    await sql.query(withVersions);
    await whileTampered('key', putBack, id, false);
    await sql.query('delete from key_version; insert into key_version select * from today_version');
    expect((await onFreshNode((ledger) => ledger.findKey(keyringId, id)))?.key.state).toBe('disabled');
  });
});

/** Runs the statement, expects a node that has seen nothing and one that has the key in memory to refuse, and puts the rows back. */
async function whileTampered(table: string, statement: string, id: string, servesAgain = true): Promise<void> {
  await sql.query(`create table kept as select * from ${table}`);
  try {
    await sql.query(statement);
    await expect(onFreshNode((ledger) => ledger.findKey(keyringId, id))).rejects.toEqual(integrityFailure);
    await until(() => install.first.ledger.findKey(keyringId, id).then(() => false, isIntegrityFailure));
  } finally {
    await sql.query(`delete from ${table}; insert into ${table} select * from kept; drop table kept`);
  }
  if (!servesAgain) return;
  expect((await onFreshNode((ledger) => ledger.findKey(keyringId, id)))?.key.id).toBe(id);
  await until(() =>
    install.first.ledger.findKey(keyringId, id).then(
      () => true,
      () => false,
    ),
  );
}

describe('the install', () => {
  it('refuses everything once a token hash was slipped in, and serves again when it is gone', async () => {
    const { access } = await install.first.ledger.install();
    const [caller] = access.callers.values();
    const values = [caller?.id, Buffer.alloc(32, 7)];
    await sql.query(
      `insert into credential (id, caller_id, kind, hash, purpose, source, description, created_at, revision, tag)
       values ('AAAAAAAAAAAAAAAA', $1, 'token', $2, 'api', 'any', '', now(), 1, $2)`,
      values,
    );
    await expect(onFreshNode((ledger) => ledger.install())).rejects.toEqual(integrityFailure);
    await until(() =>
      install.first.ledger.install().then(
        () => false,
        () => true,
      ),
    );
    await sql.query(`delete from credential where id = 'AAAAAAAAAAAAAAAA'`);
    await until(() =>
      install.first.ledger.install().then(
        () => true,
        () => false,
      ),
    );
  });

  it.each([
    [
      'a binding moved to another caller',
      `update binding set caller_id = (select id from caller where name = 'other') where role = 'crypto-user'`,
    ],
    ['a binding that was deleted', `delete from binding where role = 'crypto-user'`],
    ['a role that was raised', `update binding set role = 'administrator' where role = 'crypto-user'`],
    ['a token that was made to stand for certificates too', `update credential set match = '{"dns": "evil.example"}'`],
    ['an expiry that was moved', `update credential set expires_at = now() + interval '10 years'`],
    ['a head that was set back', `update head set revision = revision - 1 where scope_id = '${INSTALL_SCOPE}'`],
  ])('%s stops the install', async (_what, statement) => {
    await sql.query('create table if not exists kept_binding as select * from binding');
    await sql.query('create table if not exists kept_credential as select * from credential');
    await sql.query(statement);
    await expect(onFreshNode((ledger) => ledger.install())).rejects.toEqual(integrityFailure);
    await until(() =>
      install.first.ledger.install().then(
        () => false,
        () => true,
      ),
    );
    await sql.query('delete from binding');
    await sql.query('insert into binding select * from kept_binding');
    await sql.query('delete from credential');
    await sql.query('insert into credential select * from kept_credential');
    if (statement.includes('head'))
      await sql.query(`update head set revision = revision + 1 where scope_id = '${INSTALL_SCOPE}'`);
    await until(() =>
      install.first.ledger.install().then(
        () => true,
        () => false,
      ),
    );
  });
});
