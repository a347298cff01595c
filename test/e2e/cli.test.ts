import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { createPublicKey, diffieHellman, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Receiver } from '../support/receiver.js';
import { Server, type Tokens } from '../support/server.js';
import { webhookAdminToken } from '../support/webhook-admin.js';
import { until } from '../support/until.js';
import { keystead as runHere, type Ran } from '../unit/cli/shell.js';

const MAIN = resolve('dist/src/cli/main.js');

let server: Server;
let tokens: Tokens;
let dir: string;
beforeAll(async () => {
  [server, dir] = await Promise.all([Server.start(), mkdtemp(join(tmpdir(), 'keystead-cli-'))]);
  tokens = await server.tokens();
});
afterAll(async () => {
  await Promise.all([server.remove(), rm(dir, { recursive: true })]);
});

/** The real command with one of the tokens of the first start. */
async function keystead(who: keyof Tokens, words: string, stdin: Buffer | string = ''): Promise<Ran> {
  const env = { KEYSTEAD_URL: server.url, KEYSTEAD_TOKEN: tokens[who] };
  return runHere(words.replaceAll('DIR', dir).split(' '), { stdin, env });
}

/** The same as a process of its own, in a directory of its own. */
async function asProcess(
  who: keyof Tokens,
  words: string,
  stdin: Buffer | string = '',
): Promise<Omit<Ran, 'code'> & { readonly code: number | null }> {
  const env = { ...process.env, KEYSTEAD_URL: server.url, KEYSTEAD_TOKEN: tokens[who] };
  const child = spawn(process.execPath, [MAIN, ...words.split(' ')], { cwd: dir, env });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (piece: Buffer) => stdout.push(piece));
  child.stderr.on('data', (piece: Buffer) => stderr.push(piece));
  child.stdin.on('error', () => undefined).end(stdin);
  const code = await new Promise<number | null>((done) => child.on('close', done));
  const bytes = Buffer.concat(stdout);
  return { code, stdout: bytes, out: bytes.toString('utf8'), err: Buffer.concat(stderr).toString('utf8') };
}

async function json<T>(who: keyof Tokens, words: string, stdin: Buffer | string = ''): Promise<T> {
  const { code, out, err } = await keystead(who, `${words} --json`, stdin);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out);
}

it('the way of the README: a key, encrypt, decrypt, rotate, decrypt the old, read the records', async () => {
  expect((await asProcess('keyAdmin', 'key create orders')).out).toMatch(/^name +orders$/m);
  const { out: ciphertext } = await asProcess('app', 'encrypt --direct --key orders --context tenant=a', 'card 4711');
  expect((await asProcess('app', 'decrypt --context tenant=a', ciphertext)).out).toBe('card 4711');
  expect((await asProcess('keyAdmin', 'key rotate orders')).out).toMatch(/^primaryVersion +2$/m);
  expect((await asProcess('app', 'decrypt --context tenant=a', ciphertext)).out).toBe('card 4711');
  const { out: records, code } = await asProcess('auditor', 'audit list --key orders');
  expect(code).toBe(0);
  const [title, ...lines] = records.trimEnd().split('\n');
  expect(title).toMatch(/^AT +CALLER +OPERATION +OUTCOME +RESOURCE$/);
  expect(
    lines.map((line) => line.split(/ {2,}/)[2]).filter((operation) => !/describe|list/.test(operation ?? '')),
  ).toEqual(['decrypt', 'key.rotate', 'decrypt', 'encrypt', 'key.create']);
  expect((await asProcess('app', 'whoami')).code).toBe(0);
  expect((await asProcess('app', 'status')).out).toMatch(/^ready +true$/m);
});

it('a file of 64 MiB goes through envelope encryption, a rewrap, and a pipe', async () => {
  await asProcess('keyAdmin', 'key create files');
  await asProcess('keyAdmin', 'key create archive');
  const plaintext = Buffer.concat(Array.from({ length: 64 }, (_, i) => Buffer.alloc(2 ** 20, i)));
  await writeFile(join(dir, 'big'), plaintext);
  expect(await asProcess('app', 'encrypt big -o big.ks --key files -c file=big')).toMatchObject({ code: 0, err: '' });
  expect((await asProcess('app', 'rewrap-file big.ks --key archive -c file=big')).code).toBe(0);
  expect((await asProcess('keyAdmin', 'key disable files')).code).toBe(0);
  expect((await asProcess('app', 'decrypt big.ks -o big.out -c file=big')).code).toBe(0);
  expect((await readFile(join(dir, 'big.out'))).equals(plaintext)).toBe(true);
  const { stdout } = await asProcess('app', 'decrypt -c file=big', await readFile(join(dir, 'big.ks')));
  expect(stdout.equals(plaintext)).toBe(true);
  const spoilt = await readFile(join(dir, 'big.ks'));
  spoilt[40_000_000] = spoilt[40_000_000]! ^ 1;
  await writeFile(join(dir, 'spoilt.ks'), spoilt);
  expect(await asProcess('app', 'decrypt spoilt.ks -o spoilt.out -c file=big')).toMatchObject({ code: 7, out: '' });
  expect((await readdir(dir)).filter((name) => name.includes('spoilt'))).toEqual(['spoilt.ks']);
});

describe('refusals have exit codes and one sentence', () => {
  it.each([
    ['app', 'key create mine', 3, 'permission-denied'],
    ['keyAdmin', 'encrypt --direct --key orders', 3, 'permission-denied'],
    ['keyAdmin', 'key show nothing', 4, 'key-not-found'],
    ['keyAdmin', 'key create orders', 5, 'name-taken'],
    ['keyAdmin', 'key cancel-destruction orders', 5, 'invalid-transition'],
    ['app', 'decrypt', 7, 'invalid-ciphertext'],
  ] as const)('%s: %s ends with %d', async (who, words, exit, code) => {
    const ran = await keystead(who, words, Buffer.from('KST\u0001 not a ciphertext at all').toString('base64'));
    expect(ran.err).toMatch(new RegExp(`^keystead: .*\\(${code}, request [\\w-]+\\)\\n$`));
    expect(ran).toMatchObject({ code: exit, out: '' });
  });
});

it('signatures and MACs are made and verified', async () => {
  await keystead('keyAdmin', 'key create signing --spec ecc-p256 --usage sign-verify');
  await keystead('keyAdmin', 'key create webhook --spec hmac-sha-256');
  await writeFile(join(dir, 'release'), randomBytes(2_000_000));
  const { out: signature } = await keystead('app', 'sign DIR/release --key signing --digest sha256');
  await writeFile(join(dir, 'release.sig'), signature);
  const verify = 'verify --key signing --digest sha256 --signature @DIR/release.sig';
  expect(await keystead('app', `${verify} DIR/release`)).toMatchObject({ code: 0, out: 'valid, by version 1\n' });
  expect(await keystead('app', verify, 'another')).toMatchObject({
    code: 7,
    out: '',
    err: 'keystead: The signature is not valid.\n',
  });
  const { out: mac } = await keystead('app', 'mac --key webhook', 'hello');
  expect((await keystead('app', `verify-mac --key webhook --mac ${mac.trim()}`, 'hello')).code).toBe(0);
  expect((await keystead('app', `verify-mac --key webhook --mac ${mac.trim()}`, 'hallo')).code).toBe(7);
  expect((await keystead('app', 'key public-key signing')).out).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
  expect(JSON.parse((await keystead('app', 'key public-key signing --format jwk')).out)).toMatchObject({
    kty: 'EC',
    crv: 'P-256',
  });
});

it('ciphertexts move, key pairs are made, secrets are agreed on', async () => {
  await keystead('keyAdmin', 'key create exchange --spec x25519');
  await keystead('keyAdmin', 'key create inbox --spec ml-kem-768');
  const { out: old } = await keystead('app', 'encrypt --direct --key orders -c order=1', 'card 4711');
  const { out: moved } = await keystead('app', 're-encrypt --key orders -c order=1 --new-context order=2', old);
  expect((await keystead('app', 'decrypt -c order=2', moved)).out).toBe('card 4711');
  expect((await keystead('app', 'decrypt -c order=1', moved)).code).toBe(7);
  const pair = await json<Record<string, string>>('app', 'data-key-pair --key orders --spec ed25519');
  expect((await keystead('app', 'decrypt', pair['ciphertext'])).stdout.toString('base64')).toBe(pair['privateKey']);
  const own = generateKeyPairSync('x25519');
  await writeFile(join(dir, 'own.pem'), own.publicKey.export({ type: 'spki', format: 'pem' }));
  const { out: agreed } = await keystead('app', 'derive-shared-secret --key exchange --public-key @DIR/own.pem');
  const { out: published } = await keystead('app', 'key public-key exchange');
  const publicKey = createPublicKey(published);
  expect(agreed.trim()).toBe(diffieHellman({ privateKey: own.privateKey, publicKey }).toString('base64'));
  const made = await json<Record<string, string>>('app', 'encapsulate --key inbox');
  const { out: opened } = await keystead('app', `decapsulate --key inbox --ciphertext ${made['ciphertext']}`);
  expect(opened.trim()).toBe(made['sharedSecret']);
});

it('material goes in and out', async () => {
  await writeFile(join(dir, 'partner.key'), randomBytes(32), { mode: 0o600 });
  await keystead('keyAdmin', 'key create partner --import --exportable --spec aes-256-gcm');
  expect(await json('keyAdmin', 'key import partner --material DIR/partner.key')).toMatchObject({
    state: 'enabled',
    origin: 'imported',
  });
  expect((await keystead('keyAdmin', 'key export partner -o DIR/partner.out')).code).toBe(0);
  expect((await readFile(join(dir, 'partner.out'))).equals(await readFile(join(dir, 'partner.key')))).toBe(true);
});

it('callers, tokens and bindings are administered', async () => {
  const caller = await json<{ id: string }>('admin', 'caller create shop');
  const { out: token } = await keystead('admin', 'token create shop --expires-in 90d');
  expect(token).toMatch(/^kst_\w+\n$/);
  await writeFile(join(dir, 'shop.token'), token);
  const binding = await json<{ id: string }>('admin', 'binding create shop crypto-user --keyring default');
  expect(await json('admin', 'whoami --token-file DIR/shop.token')).toMatchObject({ id: caller.id, name: 'shop' });
  expect((await keystead('admin', 'random 16 --format hex --token-file DIR/shop.token')).out).toMatch(
    /^[0-9a-f]{32}\n$/,
  );
  const { out: bindings } = await keystead('admin', 'binding list --caller shop');
  expect(bindings).toMatch(new RegExp(`^${binding.id} +shop +crypto-user +keyring default +allow`, 'm'));
  expect((await keystead('admin', `binding delete ${binding.id}`)).code).toBe(0);
  const conditional =
    'binding create shop crypto-user --keyring default --tag team=shop --context tenant=a --source ::1';
  expect(await json('admin', `${conditional} --require mfa --door rest`)).toMatchObject({
    scope: { tags: { team: 'shop' } },
    conditions: {
      context: { equals: { tenant: 'a' } },
      sourceNetworks: ['::1'],
      authentication: ['mfa'],
      doors: ['rest'],
    },
  });
  expect(await json('admin', 'role create rotator key.rotate key.describe')).toMatchObject({ builtIn: false });
  expect((await keystead('admin', 'role list')).out).toMatch(/^rotator +false +key\.describe key\.rotate$/m);
  expect((await keystead('admin', 'role delete rotator')).code).toBe(0);
  const { items } = await json<{ items: readonly { id: string; lastUsedAt: string | null }[] }>(
    'admin',
    'token list shop',
  );
  expect(items[0]?.lastUsedAt).toMatch(/^\d{4}-/);
  const { out: second } = await keystead('admin', `token rotate shop ${items[0]?.id} --overlap 1h`);
  await writeFile(join(dir, 'second.token'), second);
  expect(await json('admin', 'whoami --token-file DIR/second.token')).toMatchObject({ name: 'shop' });
  expect((await keystead('admin', `token revoke shop ${items[0]?.id}`)).code).toBe(0);
  expect((await keystead('admin', 'whoami --token-file DIR/shop.token')).code).toBe(3);
  for (const list of ['caller list', 'keyring list']) expect((await keystead('admin', list)).code).toBe(0);
});

it('webhooks are administered', async () => {
  const receiver = await Receiver.start();
  tokens = { ...tokens, admin: await webhookAdminToken(server, tokens.admin) };
  const { out: secret, err } = await keystead('admin', `webhook add ${receiver.url} --type keystead.key.rotated`);
  expect(secret).toMatch(/^whsec_\S+\n$/);
  const id = /^id +(\S+)$/m.exec(err)?.[1];
  expect((await keystead('auditor', 'webhook list')).out).toContain(`${id}  ${receiver.url}  keystead.key.rotated`);
  expect(await json('auditor', `webhook show ${id}`)).toMatchObject({ url: receiver.url, keyring: null });
  const { id: ping } = await json<{ id: string }>('admin', `webhook test ${id}`);
  const states = async () => (await keystead('auditor', `webhook deliveries ${id} --state delivered`)).out;
  await until(async () => (await states()).includes(`${ping}  keystead.webhook.ping  webhook/${id}  delivered`));
  expect((await keystead('admin', `webhook redeliver ${id} ${ping}`)).code).toBe(0);
  await until(() => receiver.received.length === 2);
  expect((await keystead('admin', `webhook remove ${id}`)).code).toBe(0);
  expect((await keystead('auditor', `webhook show ${id}`)).err).toContain('no webhook has this id');
  expect((await keystead('admin', 'webhook add http://hooks.example/')).err).toContain('https:// is needed');
  await receiver.stop();
});

it('versions and aliases are administered', async () => {
  await keystead('keyAdmin', 'key create many');
  await keystead('keyAdmin', 'key rotate many');
  expect((await keystead('keyAdmin', 'version retire many 1')).code).toBe(0);
  expect((await keystead('keyAdmin', 'key versions many')).out).toMatch(/^2 +active +yes .*\n1 +retired +-/m);
  expect((await keystead('keyAdmin', 'version revoke many 1 --reason compromised')).code).toBe(0);
  expect((await keystead('keyAdmin', 'version destroy many 1 --yes')).code).toBe(0);
  expect((await keystead('keyAdmin', 'alias create current many')).code).toBe(0);
  expect((await keystead('keyAdmin', 'alias list')).out).toMatch(/^current /m);
  expect((await keystead('keyAdmin', 'alias delete current')).code).toBe(0);
  expect((await keystead('keyAdmin', 'key schedule-destruction many --window-days 7')).out).toMatch(
    /^state +pending-destruction$/m,
  );
  expect(await json('admin', 'keyring rewrap default')).toMatchObject({ toVersion: 2 });
});
