import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeysteadClient, isKeysteadError, type ClientOptions } from '../../src/client/client.js';
import { Authority, type Issued } from '../support/authority.js';
import { Issuer, makeSigningKey } from '../support/issuer.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';

const SPIFFE = 'spiffe://prod.example/shop';

let directory: string;
let authority: Authority;
let ownCert: Issued;
let shop: Issued;
let issuer: Issuer;
let server: Server;
let adminToken: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keystead-identities-'));
  authority = await Authority.make();
  ownCert = await authority.issue({ ips: ['127.0.0.1'] });
  shop = await authority.issue({ uris: [SPIFFE] });
  issuer = await Issuer.start(await makeSigningKey('one'));
  const env = {
    KEYSTEAD_TLS_CERT: await file('tls.crt', ownCert.cert),
    KEYSTEAD_TLS_KEY: await file('tls.key', ownCert.key),
    KEYSTEAD_TLS_CLIENT_CA: await file('ca.crt', authority.cert),
    KEYSTEAD_TLS_CRL: await file('ca.crl', await authority.crl()),
    KEYSTEAD_OIDC_ISSUERS: JSON.stringify([{ issuer: issuer.url, audience: 'keystead' }]),
  };
  server = await Server.start({ ca: authority.cert, env });
  adminToken = (await server.tokens()).admin;
  const admin = clientWith({ token: adminToken });
  await admin.callers.create({ name: 'shop', type: 'service' });
  await admin.bindings.create({ caller: 'shop', role: 'crypto-user', scope: { keyring: 'default' } });
  await admin.callers.create({ name: 'ci', type: 'service' });
});
afterAll(async () => {
  await server.remove();
  await issuer.stop();
  await rm(directory, { recursive: true });
});

async function file(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

function clientWith(options: Partial<ClientOptions>): KeysteadClient {
  return new KeysteadClient({ url: server.url, ca: authority.cert, retries: 0, ...options });
}

async function failure(options: Partial<ClientOptions>): Promise<string> {
  try {
    await clientWith(options).whoami();
  } catch (error) {
    return isKeysteadError(error) ? error.code : String(error);
  }
  return 'none';
}

describe('a client certificate', () => {
  it('is a caller once an administrator said whose it is, and no more when it is revoked', async () => {
    const { cert, key } = shop;
    expect(await failure({ cert, key })).toBe('unauthenticated');
    const admin = clientWith({ token: adminToken });
    const made = await admin.credentials.create('shop', { kind: 'certificate', match: { spiffe: SPIFFE } });
    const client = clientWith({ cert, key });
    expect(await client.whoami()).toMatchObject({ name: 'shop', credential: { id: made.id } });
    expect(await client.random(16)).toHaveLength(16);
    const { items } = await admin.credentials.list('shop');
    expect(items).toMatchObject([{ id: made.id, kind: 'certificate', match: { spiffe: SPIFFE }, state: 'active' }]);

    authority.revoke(shop);
    await file('ca.crl', await authority.crl());
    await until(async () => (await client.whoami().catch(() => undefined)) === undefined, 100);
    expect(await failure({ cert, key })).toBe('unauthenticated');
    const renewed = await authority.issue({ uris: [SPIFFE] });
    expect(await failure({ cert: renewed.cert, key: renewed.key })).toBe('none');
    await admin.credentials.revoke('shop', made.id);
    expect(await failure({ cert: renewed.cert, key: renewed.key })).toBe('unauthenticated');
  });

  it('of another authority opens nothing, and is on record', async () => {
    const other = await (await Authority.make('CN=other')).issue({ uris: [SPIFFE] });
    expect(await failure({ cert: other.cert, key: other.key })).toBe('unauthenticated');
    const auditor = clientWith({ token: (await server.tokens()).auditor });
    const { items } = await auditor.audit.records({ operation: 'authenticate', limit: 1 });
    expect(items[0]).toMatchObject({
      outcome: 'denied',
      caller: 'anonymous',
      detail: { presented: 'certificate', reason: 'certificate-not-verified' },
    });
  });
});

describe('a JWT', () => {
  it('is a caller once an administrator said whose it is', async () => {
    const token = await issuer.token();
    expect(await failure({ token })).toBe('unauthenticated');
    const match = { issuer: issuer.url, subject: 'build-7' };
    await clientWith({ token: adminToken }).credentials.create('ci', { kind: 'jwt', match });
    expect(await clientWith({ token }).whoami()).toMatchObject({ name: 'ci' });
    expect(await failure({ token: await issuer.token('payroll') })).toBe('unauthenticated');
    expect(await failure({ token: `${token.slice(0, -4)}AAAA` })).toBe('unauthenticated');
  });
});

describe('the client', () => {
  it('trusts its authority alone', async () => {
    const other = await Authority.make('CN=other');
    expect(await failure({ token: adminToken, ca: other.cert, retries: 4 })).toBe('server-not-trusted');
    expect(await failure({ token: adminToken, ca: undefined })).toBe('server-not-trusted');
    expect(await failure({ token: adminToken, url: server.url.replace('127.0.0.1', 'localhost') })).toBe(
      'server-not-trusted',
    );
  });

  it('holds the server to its pinned public key, or to one of several', async () => {
    expect(await failure({ token: adminToken, pin: ownCert.pin })).toBe('none');
    expect(await failure({ token: adminToken, pin: [shop.pin, ownCert.pin] })).toBe('none');
    expect(await failure({ token: adminToken, pin: shop.pin })).toBe('server-not-trusted');
  });

  it('refuses options that cannot hold what they promise', () => {
    for (const options of [
      { pin: 'short' },
      { pin: [] },
      { cert: shop.cert },
      { cert: shop.cert, key: ownCert.key },
      { pin: shop.pin, url: 'http://127.0.0.1:7300' },
      { pin: shop.pin, fetch },
    ]) {
      expect(() => clientWith(options)).toThrow(/^invalid-request: /);
    }
  });
});

describe('the command line', () => {
  const run = promisify(execFile);
  const keystead = async (words: string, env: Readonly<Record<string, string>> = {}) => {
    const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KEYSTEAD_')));
    const settings = { KEYSTEAD_URL: server.url, KEYSTEAD_CA_CERT: join(directory, 'ca.crt'), ...env };
    return run(process.execPath, [resolve('bin/keystead.js'), ...words.split(' ')], { env: { ...own, ...settings } });
  };

  it('makes, lists and revokes credentials, and comes in by a certificate', async () => {
    const admin = { KEYSTEAD_TOKEN: adminToken, KEYSTEAD_SERVER_PIN: ownCert.pin };
    const one = await authority.issue({ dns: ['cli.example'] });
    await keystead('caller create cli', admin);
    const { stdout } = await keystead('credential create cli --dns cli.example --json', admin);
    const { id }: { id: string } = JSON.parse(stdout);
    const [cert, key] = [await file('cli.crt', one.cert), await file('cli.key', one.key)];
    const asCli = `whoami --json --client-cert ${cert} --client-key ${key}`;
    expect(JSON.parse((await keystead(asCli)).stdout)).toMatchObject({ name: 'cli' });
    expect((await keystead('credential list cli', admin)).stdout).toMatch(
      new RegExp(`^${id} +certificate +cli\\.example +active`, 'm'),
    );
    await keystead(`credential revoke cli ${id}`, admin);
    await expect(keystead(asCli)).rejects.toMatchObject({ code: 3 });
    await expect(keystead('credential create cli --dns a --pin b', admin)).rejects.toMatchObject({ code: 2 });
    await expect(keystead('whoami', { ...admin, KEYSTEAD_SERVER_PIN: one.pin })).rejects.toMatchObject({
      stderr: expect.stringContaining('server-not-trusted'),
    });
  });
});
