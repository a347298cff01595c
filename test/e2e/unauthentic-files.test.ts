import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { KeysteadClient } from '../../src/client/client.js';
import { Server, type Tokens } from '../support/server.js';
import { keystead } from '../unit/cli/shell.js';

let server: Server;
let tokens: Tokens;
let rescuer: KeysteadClient;
let token: string;
let directory: string;
let file: Buffer;
let ciphertext: Buffer;

/** A file and a message under a version that is compromised since, and who may read them. */
beforeAll(async () => {
  server = await Server.start();
  tokens = await server.tokens();
  const as = (own: string) => new KeysteadClient({ url: server.url, token: own });
  const [admin, app, operator] = [as(tokens.keyAdmin), as(tokens.app), as(tokens.admin)];
  directory = await mkdtemp(join(tmpdir(), 'keystead-unauthentic-'));
  await admin.keys.create({ name: 'lost' });
  await admin.policies.setForKey('lost', { revoke: { compromised: 'decrypt-only' } });
  file = await app.encryptBuffer('lost', Buffer.from('a file'));
  ({ ciphertext } = await app.encrypt('lost', { plaintext: Buffer.from('a message') }));
  await writeFile(join(directory, 'file.ks'), file);
  await admin.versions.revoke('lost', 1, 'compromised');
  await operator.roles.create({
    name: 'rescuer',
    permissions: ['encrypt', 'decrypt', 're-encrypt', 'decrypt.compromised'],
  });
  const { id: caller } = await operator.callers.create({ name: 'rescue', type: 'service' });
  await operator.bindings.create({ caller, role: 'rescuer', scope: { everything: true } });
  ({ token } = await operator.tokens.create(caller, {}));
  rescuer = as(token);
});
afterAll(async () => {
  await server.remove();
  await rm(directory, { recursive: true });
});

const run = (words: string[], stdin = '') =>
  keystead(words, { stdin, env: { KEYSTEAD_URL: server.url, KEYSTEAD_TOKEN: token } });

it('a file whose data key is under a compromised version is refused by the library, unless it is asked for', async () => {
  const refused = { code: 'not-authentic' };
  await expect(rescuer.decryptBuffer(file)).rejects.toMatchObject(refused);
  await expect(rescuer.openFile(file)).rejects.toMatchObject(refused);
  await expect(rescuer.decryptRange(file, 0, 1)).rejects.toMatchObject(refused);
  const caching = rescuer.with({ dataKeyCache: { maxAgeMs: 60_000 } });
  let told = 0;
  const onUnauthentic = () => void (told += 1);
  expect(String(await caching.decryptBuffer(file, { onUnauthentic }))).toBe('a file');
  expect(String(await caching.decryptRange(file, 2, 6, { onUnauthentic }))).toBe('file');
  expect(told).toBe(2);
  await expect(caching.decryptBuffer(file)).rejects.toMatchObject(refused);
});

it('so it is on the command line, and what is moved is said to be as little authentic', async () => {
  const path = join(directory, 'file.ks');
  const output = join(directory, 'file');
  for (const words of [['decrypt', path], ['decrypt', path, '-o', output], ['decrypt']]) {
    const stdin = words.length === 1 ? ciphertext.toString('base64') : '';
    expect(await run(words, stdin)).toMatchObject({ code: 7, out: '', err: expect.stringContaining('--unauthentic') });
    const asked = await run([...words, '--unauthentic'], stdin);
    expect(asked).toMatchObject({ code: 0, err: expect.stringContaining('not authentic') });
  }
  expect(await readFile(output, 'utf8')).toBe('a file');
  const moved = await run(['re-encrypt', '--key', 'lost'], ciphertext.toString('base64'));
  expect(moved).toMatchObject({ code: 0, err: expect.stringContaining('not authentic') });
  const rewrapped = await run(['rewrap-file', path, '--key', 'lost', '--no-progress']);
  expect(rewrapped).toMatchObject({ code: 0, err: expect.stringContaining('not authentic') });
  expect(rewrapped.out).toMatch(/^authentic +false$/m);
});
