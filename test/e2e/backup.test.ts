import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import {
  CreateGrantCommand,
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  GetKeyPolicyCommand,
  ListGrantsCommand,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import { expect, it } from '@jest/globals';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { KeysteadClient } from '../../src/client/client.js';
import { awsClient } from '../support/aws-client.js';
import { call, Server } from '../support/server.js';

const MAIN = resolve('dist/src/cli/main.js');
const run = promisify(execFile);
const identity = await generateX25519Identity();
const recipient = await identityToRecipient(identity);

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** With the settings of a server. */
function keystead(dataDir: string, env: Readonly<Record<string, string>>, ...args: string[]): Promise<Ran> {
  return ran(dataDir, env, process.execPath, [MAIN, '--json', ...args]);
}

async function ran(
  dataDir: string,
  env: Readonly<Record<string, string>>,
  file: string,
  args: readonly string[],
): Promise<Ran> {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KEYSTEAD_')));
  return run(file, args, { env: { ...own, KEYSTEAD_DATA_DIR: dataDir, ...env } }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      out: stdout,
      err: stderr,
    }),
  );
}

it('says so where the disk behind standard output is full', async () => {
  const toFullDisk = ['-c', 'exec "$0" "$@" > /dev/full', process.execPath, MAIN, '--help'];
  expect(await ran('', {}, 'sh', toFullDisk)).toMatchObject({ code: 1, err: expect.stringContaining('ENOSPC') });
});

it('makes a backup beside the server, proves it, and restores it without what was destroyed since', async () => {
  let server = await Server.start();
  const elsewhere = await mkdtemp(join(tmpdir(), 'keystead-restored-'));
  const before = server.dataDir;
  const file = (name: string) => join(before, name);
  try {
    const tokens = await server.tokens();
    const by = (token: string, keyring = 'default') => new KeysteadClient({ url: server.url, token, keyring });
    const admin = by(tokens.admin);
    await admin.keyrings.create({ name: 'doomed' });
    for (const [caller, role] of [
      ['key-admin', 'key-admin'],
      ['app', 'crypto-user'],
    ] as const) {
      await admin.bindings.create({ caller, role, scope: { keyring: 'doomed' } });
    }
    const encrypted = new Map<string, string>();
    for (const keyring of ['default', 'doomed']) {
      await by(tokens.keyAdmin, keyring).keys.create({ name: 'orders' });
      const { ciphertext } = await by(tokens.app, keyring).encrypt('orders', { plaintext: Buffer.from('hello') });
      encrypted.set(keyring, ciphertext.toString('base64'));
    }
    let kms = await awsClient(server);
    const root = await kms.config.credentials();
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata?.KeyId ?? '';
    const principal = 'arn:aws:iam::000000000001:root';
    await kms.send(new CreateGrantCommand({ KeyId, GranteePrincipal: principal, Operations: ['Encrypt'] }));
    const Statement = { Effect: 'Allow', Principal: { AWS: principal }, Action: 'kms:*', Resource: '*' };
    await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: JSON.stringify({ Statement }) }));
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('hello') }));
    const atAwsDoor = async () => {
      const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob }));
      const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId }));
      const { Grants } = await kms.send(new ListGrantsCommand({ KeyId }));
      return { plaintext: Buffer.from(Plaintext ?? []).toString(), Policy, Grants };
    };
    const there = await atAwsDoor();
    expect(there).toMatchObject({ plaintext: 'hello', Grants: [{ GranteePrincipal: principal }] });
    kms.destroy();
    const decrypt = async (keyring: string) => {
      const path = `/api/v1/keyrings/${keyring}/decrypt`;
      const { status, body } = await call(server, tokens.app, 'POST', path, { ciphertext: encrypted.get(keyring) });
      return { status, plaintext: body.plaintext, code: body.code };
    };
    expect(await decrypt('doomed')).toMatchObject({ status: 200 });
    await admin.callers.create({ name: 'backups', type: 'service' });
    const made = await admin.tokens.create('backups');
    const archive = file('keystead.backup');
    const settings = { KEYSTEAD_TOKEN: made.token, KEYSTEAD_BACKUP_RECIPIENTS: recipient };
    const backUp = () => keystead(before, settings, 'backup', '-o', archive);
    expect(await backUp()).toMatchObject({ code: 3, out: '', err: expect.stringContaining('backup.create') });
    expect(await readdir(before)).not.toContain('keystead.backup');
    await admin.bindings.create({ caller: 'backups', role: 'operator', scope: { everything: true } });
    const { out, ...ended } = await backUp();
    expect(ended).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({ file: archive, recipients: [recipient] });

    await by(tokens.keyAdmin, 'doomed').keys.disable('orders');
    await admin.keyrings.destroy('doomed');
    await admin.tokens.revoke('backups', made.id);
    const refused = await decrypt('doomed');
    expect(refused).toMatchObject({ status: 403 });
    const [log, checkpoint] = [file('log.jsonl'), file('log.checkpoint')];
    const asAuditor = { KEYSTEAD_URL: server.url, KEYSTEAD_TOKEN: tokens.auditor };
    const exported = await keystead('', asAuditor, 'audit', 'export', '-o', log, '--checkpoint', checkpoint);
    expect(exported).toMatchObject({ code: 0 });
    await writeFile(file('identity.txt'), `# made for this test\n${identity}\n`);
    await server.stop();

    const drill = await keystead(before, {}, 'backup', 'verify', archive, '-i', file('identity.txt'));
    expect(drill.err).toBe('');
    const { failed, keys } = JSON.parse(drill.out) as { failed: number; keys: { name: string | null }[] };
    expect([failed, keys.map(({ name }) => name ?? '').toSorted()]).toEqual([0, ['', 'orders', 'orders']]);

    const given = ['restore', archive, '-i', file('identity.txt'), '--log', log, '--kept', checkpoint];
    expect((await keystead(elsewhere, {}, ...given)).err).toContain('root');
    await cp(file('root.key'), join(elsewhere, 'root.key'));
    const restored = await keystead(elsewhere, {}, ...given);
    expect(restored.err).toBe('');
    expect(JSON.parse(restored.out)).toMatchObject({ keyrings: 3, origin: expect.stringMatching(/\/audit\/2$/) });

    server = await Server.start({ dataDir: elsewhere });
    expect(await decrypt('default')).toMatchObject({ status: 200, plaintext: 'aGVsbG8=' });
    expect(await decrypt('doomed')).toEqual(refused);
    kms = await awsClient(server, root);
    expect(await atAwsDoor()).toEqual(there);
    kms.destroy();
    expect((await call(server, made.token, 'GET', '/api/v1/whoami')).status).toBe(401);
    const records = await call(server, tokens.auditor, 'GET', '/api/v1/audit/records?operation=backup.restore');
    expect(records.body.items[0]).toMatchObject({ caller: 'system:service', resource: 'install' });
    const newest = await call(server, tokens.auditor, 'GET', '/api/v1/audit/log/checkpoint');
    expect(newest).toMatchObject({ status: 200, body: expect.stringContaining('/audit/2\n') });
  } finally {
    await server.stop();
    for (const directory of [before, elsewhere]) {
      await rm(directory, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
    }
  }
});
