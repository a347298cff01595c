import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { AuditRecord } from '../../src/audit/record.js';
import { uuidv7 } from '../../src/keys/uuid.js';
import { INSTALL_SCOPE } from '../../src/ledger/sealed-tables.js';
import { foundInstall, openInstall } from '../../src/operations/found-install.js';
import { PostgresMaterialStore } from '../../src/storage/postgres-material-store.js';
import { PostgresImportTokens } from '../../src/storage/postgres-import-tokens.js';
import { firstCaller, PostgresInstall, type InstallNode } from '../support/postgres-install.js';
import { sampleKey } from '../support/sample-key.js';

/** What a database writer does while nobody looks: while no node runs, or to a key that nobody uses. */
let install: PostgresInstall;
let sql: Client;
let keyringId: string;

beforeAll(async () => {
  install = await PostgresInstall.make([firstCaller('app', 'crypto-user')]);
  sql = new Client({ connectionString: install.database.url });
  await sql.connect();
  keyringId = (await install.first.ledger.install()).keyringsByName.get('default')?.id ?? '';
});

afterAll(async () => {
  await sql.end();
  await install.close();
});

const integrityFailure = expect.objectContaining({ code: 'integrity-failure' }) as unknown;

function recordOf(keyring: string | null): AuditRecord {
  return {
    id: uuidv7(),
    at: new Date(),
    caller: 'test',
    callerName: null,
    credential: null,
    door: 'rest',
    source: null,
    operation: 'key.create',
    resource: 'test',
    keyring,
    key: null,
    version: null,
    outcome: 'success',
    code: null,
    requestId: uuidv7(),
    node: 'test',
    durationUs: 1,
    detail: {},
  };
}

async function makeKey(name: string): Promise<string> {
  const [key, versions] = sampleKey(keyringId, name);
  await onFreshNode(({ ledger }) =>
    ledger.change([keyringId], async (change) => {
      change.putKey(key, versions);
      change.record(recordOf(keyringId));
    }),
  );
  return key.id;
}

async function disableCaller({ ledger }: InstallNode): Promise<void> {
  await ledger.change([INSTALL_SCOPE], async (change) => {
    const [caller] = change.install.access.callers.values();
    if (caller) change.put('caller', { ...caller, state: 'disabled' });
    change.record(recordOf(null));
  });
}

async function onFreshNode<T>(work: (node: InstallNode) => Promise<T>): Promise<T> {
  const node = await install.openNode(false);
  try {
    await node.open();
    return await work(node);
  } finally {
    await node.close();
  }
}

async function keep(tables: readonly string[], at: string): Promise<void> {
  for (const table of tables) await sql.query(`create table ${table}_${at} as select * from ${table}`);
}

/** Of the heads, only that of the scope. */
async function putBack(tables: readonly string[], at: string, scopeId = keyringId): Promise<void> {
  await sql.query('begin');
  for (const table of tables) {
    const which = table === 'head' ? `where scope_id = '${scopeId}'` : '';
    await sql.query(`delete from ${table} ${which}; insert into ${table} select * from ${table}_${at} ${which}`);
  }
  await sql.query('commit');
}

describe('a scope that was rolled back whole, head included, while no node ran', () => {
  const KEYRING = ['key', 'key_version', 'alias', 'wrapping_key', 'head'];
  const INSTALL = ['caller', 'credential', 'binding', 'role', 'keyring', 'head'];

  it.each([
    ['a keyring', KEYRING, 'keyring', () => keyringId],
    ['the install', INSTALL, 'install', () => INSTALL_SCOPE],
  ])(
    '%s: refused by a node that has seen nothing, as long as an audit record knows more',
    async (_, tables, at, id) => {
      await makeKey(`before-${at}`);
      await keep(tables, `${at}_yesterday`);
      if (id() === keyringId) await makeKey('after');
      else await onFreshNode(disableCaller);
      await keep(tables, `${at}_today`);
      await onFreshNode(({ ledger }) => ledger.findKey(keyringId, `before-${at}`));
      await putBack(tables, `${at}_yesterday`, id());
      const use = ({ ledger }: InstallNode) => ledger.findKey(keyringId, `before-${at}`);
      await expect(onFreshNode(use)).rejects.toEqual(integrityFailure);
      await putBack(tables, `${at}_today`, id());
      expect((await onFreshNode(use))?.key.name).toBe(`before-${at}`);
    },
  );
});

describe('a row of a keyring that nobody uses', () => {
  it.each([
    ['a key that was deleted', 'key', (id: string) => `delete from key where id = '${id}'`],
    [
      'a key that was given another id',
      'key',
      (id: string) => `update key set id = gen_random_uuid() where id = '${id}'`,
    ],
    [
      'a key that was moved to another keyring',
      'key',
      (id: string) => `update key set keyring_id = gen_random_uuid() where id = '${id}'`,
    ],
    ['a key that was given another name', 'key', (id: string) => `update key set name = 'mine' where id = '${id}'`],
    [
      'a version that was revived',
      'key_version',
      (id: string) => `update key_version set state = 'retired' where key_id = '${id}'`,
    ],
    ['a wrapping key that was deleted', 'wrapping_key', () => 'delete from wrapping_key'],
  ])('%s: a warm node raises the alarm by itself', async (what, table, statement) => {
    const id = await makeKey(what.replaceAll(' ', '-'));
    const node = await install.openNode();
    await node.ledger.findKey(keyringId, 'nothing');
    const alarm = new Promise((resolve) => (node.opened.onIntegrityFailure = resolve));
    await keep([table], 'kept');
    try {
      await sql.query(statement(id));
      expect(await alarm).toEqual(integrityFailure);
    } finally {
      await putBack([table], 'kept');
      await sql.query(`drop table ${table}_kept`);
    }
    await node.close();
  });
});

describe('a key whose state was edited while no node ran', () => {
  it('is found out by a change that needs all keys of the keyring, and does not hide from it', async () => {
    const id = await makeKey('hidden');
    await keep(['key'], 'kept');
    await sql.query(`update key set state = 'disabled' where id = '${id}'`);
    const node = await install.openNode(false);
    await openInstall(node.secrets);
    const states = async () => {
      const found: string[] = [];
      await node.ledger.change([keyringId], async (change) => {
        for await (const { key } of change.everyKey(keyringId)) found.push(key.state);
      });
      return found;
    };
    await expect(states()).rejects.toEqual(integrityFailure);
    await putBack(['key'], 'kept');
    expect(await states()).toHaveLength(await count('key'));
    await sql.query('drop table key_kept');
  });
});

async function count(table: string): Promise<number> {
  const { rows } = await sql.query<{ n: number }>(`select count(*)::integer as n from ${table}`);
  return rows[0]?.n ?? 0;
}

describe('the install row that was deleted', () => {
  it('is said to be missing: the database is neither opened nor set up anew', async () => {
    const { store, secrets } = install.first;
    await keep(['install'], 'kept');
    await sql.query('delete from install');
    await expect(store.exists()).rejects.toMatchObject({
      code: 'integrity-failure',
      detail: expect.stringContaining('the install row is missing') as unknown,
    });
    await expect(foundInstall(store, secrets, [], new Date())).rejects.toEqual(integrityFailure);
    await putBack(['install'], 'kept');
    expect(await store.exists()).toBe(true);
  });
});

describe('a version that was put under another keyring', () => {
  it('still counts for the wrapping key that its material is under', async () => {
    const materials = new PostgresMaterialStore(install.first.database.changes);
    await makeKey('counted');
    const before = await materials.countByWrapping(keyringId);
    await sql.query('update key_version set keyring_id = gen_random_uuid()');
    expect(before.get(1)).toBeGreaterThan(0);
    expect(await materials.countByWrapping(keyringId)).toEqual(before);
    await sql.query('update key_version set keyring_id = $1', [keyringId]);
  });
});

describe('the tries of an import token', () => {
  it('are not given back by setting their count back', async () => {
    const tokens = new PostgresImportTokens(install.first.database.reads);
    const bytes = Buffer.alloc(32);
    const bound = { keyringId, keyId: uuidv7(), callerId: uuidv7(), algorithm: 'x', hash: bytes, privateKey: bytes };
    const expiresAt = new Date(Date.now() + 60_000);
    await tokens.create({ id: 'reset', ...bound, wrappingVersion: 1, expiresAt, failures: 0 });
    for (const expected of [1, 2, 3]) {
      expect(await tokens.countFailure('reset')).toBe(expected);
      await sql.query('update import_token set failures = 0');
    }
    expect(await tokens.countFailure('unknown')).toBe(0);
  });
});
