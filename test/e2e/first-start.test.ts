import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { createLocalRootKey } from '../../src/roots/local/create-local-root-key.js';
import { call, Server } from '../support/server.js';

const left: Server[] = [];
afterAll(async () => {
  for (const server of left) await server.stop();
  for (const server of left) await server.remove();
});

async function started(options: Parameters<typeof Server.start>[0] = {}): Promise<Server> {
  const server = await Server.start(options);
  left.push(server);
  return server;
}

describe('the embedded default', () => {
  let server: Server;
  beforeAll(async () => {
    server = await started();
  });

  it('makes root key and tokens with mode 0600, serves, stops cleanly, and finds everything again', async () => {
    for (const name of ['root.key', 'tokens.env']) {
      expect((await stat(join(server.dataDir, name))).mode & 0o777).toBe(0o600);
    }
    const text = await readFile(join(server.dataDir, 'tokens.env'), 'utf8');
    const lines = text.trimEnd().split('\n');
    expect(lines.map((line) => /^export ([A-Z_]+)='[^']+'$/.exec(line)?.[1])).toEqual([
      'KEYSTEAD_ADMIN_TOKEN',
      'KEYSTEAD_KEY_ADMIN_TOKEN',
      'KEYSTEAD_APP_TOKEN',
      'KEYSTEAD_AUDITOR_TOKEN',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_REGION',
      'AWS_DEFAULT_REGION',
      'AWS_ENDPOINT_URL_KMS',
      'AWS_ENDPOINT_URL_STS',
      'KEYSTEAD_URL',
    ]);
    const tokens = await server.tokens();
    for (const token of Object.values(tokens)) {
      expect((await call(server, token, 'GET', '/api/v1/whoami')).status).toBe(200);
      expect(server.output).not.toContain(token);
    }
    const keys = '/api/v1/keyrings/default/keys';
    expect((await call(server, tokens.keyAdmin, 'POST', keys, { name: 'kept' })).status).toBe(201);
    const sealed = await call(server, tokens.app, 'POST', `${keys}/kept/encrypt`, { plaintext: 'aGVsbG8=' });
    expect(await server.stop('SIGINT')).toBe(0);

    const again = await started({ dataDir: server.dataDir });
    const { ciphertext } = sealed.body as { ciphertext: string };
    const opened = await call(again, tokens.app, 'POST', '/api/v1/keyrings/default/decrypt', { ciphertext });
    expect(opened.body).toMatchObject({ plaintext: 'aGVsbG8=', version: 1 });
    expect(await again.tokens()).toEqual(tokens);
    const rewritten = await readFile(join(server.dataDir, 'tokens.env'), 'utf8');
    for (const name of ['KEYSTEAD_URL', 'AWS_ENDPOINT_URL_KMS', 'AWS_ENDPOINT_URL_STS']) {
      expect(rewritten).toContain(`${name}='${again.url}'`);
    }
    expect(rewritten.replaceAll(again.url, server.url)).toBe(text);
    const records = await call(again, tokens.auditor, 'GET', '/api/v1/audit/records?operation=service.start');
    expect(records.body.items).toHaveLength(2);
    await again.stop();

    // Another root key, or none: a refusal, never a new key.
    const rootKey = join(server.dataDir, 'root.key');
    await rename(rootKey, `${rootKey}.away`);
    const without = await Server.launch({ dataDir: server.dataDir });
    expect(await without.ended()).toBe(78);
    await createLocalRootKey(rootKey);
    const wrong = await Server.launch({ dataDir: server.dataDir });
    expect(await wrong.ended()).toBe(78);
    expect(wrong.output).toContain('wrong-root-key');
    await rename(`${rootKey}.away`, rootKey);
    server = await started({ dataDir: server.dataDir });
    expect((await call(server, tokens.app, 'POST', '/api/v1/keyrings/default/decrypt', { ciphertext })).status).toBe(
      200,
    );
  });

  it('refuses a second server on the same data directory', async () => {
    const second = await Server.launch({ dataDir: server.dataDir });
    expect(await second.ended()).not.toBe(0);
    expect(second.output).toMatch(/data directory/i);
    expect((await call(server, undefined, 'GET', '/health/live')).status).toBe(200);
  });

  it('leaves nothing that a role could use to change the audit records', async () => {
    expect(server.output).not.toContain('append-only by trigger alone');
    const socket = join(server.dataDir, 'postgres', 'run');
    const tables = {
      audit_stream: 'node = null',
      audit_batch: 'count = 1',
      audit_position: 'first = 1',
      audit_tile: 'level = 1',
      audit_bundle: 'index = 1',
      audit_checkpoint: 'size = 1',
      audit_cosignature: 'size = 1',
    };
    const statements = Object.entries(tables).flatMap(([table, column]) => [
      `update ${table} set ${column}`,
      `delete from ${table}`,
      `truncate ${table}`,
    ]);
    for (const role of ['keystead_app', 'keystead']) {
      const client = new Client({ host: socket, user: role, database: 'keystead' });
      await client.connect();
      for (const statement of statements) {
        await client.query(statement).then(
          // No bundle is full yet: its owner is refused row by row, as old ones may be dropped.
          ({ rowCount }) => expect([role, statement, rowCount]).toEqual(['keystead', 'delete from audit_bundle', 0]),
          (error: unknown) => expect(error).toMatchObject({ code: '42501' }),
        );
      }
      await client.end();
    }
  });

  it('does not listen beyond this machine while tokens of the first start are live', async () => {
    await server.stop();
    const open = { KEYSTEAD_HOST: '0.0.0.0', KEYSTEAD_BEHIND_TLS_PROXY: 'true' };
    const beyond = await Server.launch({ dataDir: server.dataDir, env: open });
    expect(await beyond.ended()).toBe(78);
    expect(beyond.output).toContain('5 credentials of the first start');
  });
});

describe('a wrong setting', () => {
  it.each([
    ['KEYSTEAD_PORT', '99999999'],
    ['KEYSTEAD_LOG_LEVEL', 'loud'],
    ['KEYSTEAD_DATABASE_URL', 'mysql://secretuser:secretpass@host/x'],
    ['KEYSTEAD_HOST', '0.0.0.0'],
    ['KEYSTEAD_BOOTSTRAP_TOKEN', 'not-a-token'],
  ])('%s is named, its value is not repeated, exit code 78', async (name, value) => {
    const server = await Server.launch({ env: { [name]: value } });
    left.push(server);
    expect(await server.ended()).toBe(78);
    expect(server.output).toContain(name);
    expect(server.output).not.toContain(value);
    await rm(server.dataDir, { recursive: true, force: true });
  });

  it('is also found in a root key file that others may read', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'keystead-open-'));
    await writeFile(join(dataDir, 'root.key'), 'x', { mode: 0o644 });
    const server = await Server.launch({ dataDir });
    left.push(server);
    expect(await server.ended()).toBe(78);
  });

  it('is a root key that is not named, on an external database', async () => {
    const server = await Server.launch({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none' });
    left.push(server);
    expect(await server.ended()).toBe(78);
    expect(server.output).toContain('KEYSTEAD_ROOT_KEY');
  });
});
