import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { call, Server } from '../support/server.js';

const MAIN = resolve('dist/src/cli/main.js');
const run = promisify(execFile);

/** With the settings of a server that does not run. @returns what it printed, or its error */
async function recover(dataDir: string, file: string): Promise<{ readonly out: string; readonly err: string }> {
  const env = { ...process.env, KEYSTEAD_DATA_DIR: dataDir };
  return run(process.execPath, [MAIN, '--json', 'recover-admin', file], { env }).then(
    ({ stdout, stderr }) => ({ out: stdout, err: stderr }),
    (error: { stdout: string; stderr: string }) => ({ out: error.stdout, err: error.stderr }),
  );
}

it('makes a single-purpose administrator where there is none, on record, and never beside a running server or on nothing', async () => {
  let server = await Server.start();
  try {
    const tokens = await server.tokens();
    const { body: admin } = await call(server, tokens.admin, 'GET', '/api/v1/whoami');
    const { body: other } = await call(server, tokens.admin, 'POST', '/api/v1/callers', {
      name: 'last',
      type: 'person',
    });
    const { body: made } = await call(server, tokens.admin, 'POST', '/api/v1/callers/last/tokens', {});
    const everywhere = { caller: other.id, role: 'administrator', scope: { everything: true } };
    await call(server, tokens.admin, 'POST', '/api/v1/bindings', everywhere);
    await call(server, made.token, 'POST', `/api/v1/callers/${admin.id}/disable`, {});
    await call(server, made.token, 'DELETE', `/api/v1/callers/last/tokens/${made.id}`);
    expect((await call(server, tokens.admin, 'GET', '/api/v1/callers')).status).toBe(401);
    expect((await call(server, made.token, 'GET', '/api/v1/callers')).status).toBe(401);

    const file = join(server.dataDir, 'recovered.token');
    expect((await recover(server.dataDir, file)).out).toBe('');
    await server.stop();
    expect((await recover(join(server.dataDir, 'nothing-here'), file)).err).toContain('holds no install to recover');
    const { out, err } = await recover(server.dataDir, file);
    expect({ answer: JSON.parse(out), err }).toMatchObject({ answer: { path: file }, err: '' });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    server = await Server.start({ dataDir: server.dataDir });

    const token = (await readFile(file, 'utf8')).trim();
    expect((await call(server, token, 'POST', '/api/v1/keyrings', { name: 'mine' })).status).toBe(403);
    expect((await call(server, token, 'POST', '/api/v1/callers/last/tokens', {})).status).toBe(201);
    const records = await call(server, tokens.auditor, 'GET', '/api/v1/audit/records?operation=administrator.recover');
    expect(records.body.items).toMatchObject([{ caller: 'system:service', outcome: 'success' }]);
    expect(JSON.stringify(records.body)).not.toContain(token.slice(21));
  } finally {
    await server.remove();
  }
});
