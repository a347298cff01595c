import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  isKeysteadError,
  KeysteadClient,
  makeCertificateRequest,
  type Certificate,
  type ClientOptions,
  type OwnCertificate,
} from '../../src/client/client.js';
import { Authority } from '../support/authority.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';

const run = promisify(execFile);

let directory: string;
let authority: Authority;
let ca: string;
let server: Server;
let admin: KeysteadClient;
let second: KeysteadClient;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keystead-certificates-'));
  authority = await Authority.make();
  const own = await authority.issue({ ips: ['127.0.0.1'] });
  const env = {
    KEYSTEAD_TLS_CERT: await file('tls.crt', own.cert),
    KEYSTEAD_TLS_KEY: await file('tls.key', own.key),
    KEYSTEAD_TLS_CLIENT_CA: await file('client-ca.crt', authority.cert),
    KEYSTEAD_TLS_CRL: await file('client-ca.crl', await authority.crl()),
  };
  server = await Server.start({ ca: authority.cert, env });
  admin = clientWith({ token: (await server.tokens()).admin });
  second = clientWith({ token: await tokenOf('second', 'person') });
  await admin.bindings.create({ caller: 'second', role: 'administrator', scope: { everything: true } });
  ca = (await admin.pki.init({ trustDomain: 'prod.example' })).certificate;
  await file('client-ca.crt', authority.cert + ca);
  await publishCrl();
});
afterAll(async () => {
  await server.remove();
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

async function tokenOf(name: string, type: string): Promise<string> {
  await admin.callers.create({ name, type });
  return (await admin.tokens.create(name)).token;
}

/** As an operator's timer does it. */
async function publishCrl(): Promise<void> {
  await file('client-ca.crl', (await authority.crl()) + (await admin.pki.get()).crl);
}

async function failure(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return isKeysteadError(error) ? error.code : String(error);
  }
  return 'none';
}

const as = ({ certificate, key }: OwnCertificate) => clientWith({ cert: certificate, key });

/** Asked for by the caller itself, approved by a second person. */
async function certify(name: string, expiresIn?: string): Promise<{ issued: Certificate; own: OwnCertificate }> {
  const { csr, key } = makeCertificateRequest();
  const caller = clientWith({ token: await tokenOf(name, 'service') });
  const asked = await caller.certificates.request({ csr, ...(expiresIn === undefined ? {} : { expiresIn }) });
  await admin.certificates.approve(asked.id);
  const issued = await caller.certificates.get(asked.id);
  return { issued, own: { certificate: issued.certificate ?? '', key } };
}

/** Until the server has read its files again. Asks slower than refusals before the authentication are folded: 50 in 10 s are on record one by one. */
const untilItIs = (outcome: string, call: () => Promise<unknown>) =>
  until(async () => (await failure(call())) === outcome, 300);

async function openssl(...args: readonly string[]): Promise<string | undefined> {
  const verdict = run('openssl', [...args], { cwd: directory });
  return verdict.then(
    ({ stdout }) => stdout,
    (error: { code?: unknown; stderr?: string; stdout?: string }) =>
      error.code === 'ENOENT' ? undefined : `${error.stdout}${error.stderr}`,
  );
}

describe('a certificate of the service’s own authority', () => {
  it('lets its caller in over TLS, is renewed by itself, and ends at once when it is revoked', async () => {
    const { issued, own } = await certify('billing');
    await untilItIs('none', () => as(own).whoami());
    expect(await as(own).whoami()).toMatchObject({ name: 'billing', credential: { id: issued.credential } });
    expect(await as(own).certificates.renewBefore(own)).toBe(own);
    const fresh = await as(own).certificates.renewBefore(own, 2 * 86_400_000);
    expect(fresh.key).not.toBe(own.key);
    expect(await failure(as(own).whoami())).toBe('none');
    expect(await as(fresh).whoami()).toMatchObject({ name: 'billing', credential: { id: issued.credential } });

    const open = as(fresh);
    await open.whoami();
    await admin.certificates.revoke(issued.id, 'compromised');
    expect(await failure(open.whoami())).toBe('unauthenticated');
    expect(await failure(as(own).whoami())).toBe('unauthenticated');

    await file('fresh.crt', fresh.certificate);
    await file('ca.crt', ca);
    await file('ca.crl', (await admin.pki.get()).crl);
    const verdict = await openssl('verify', '-crl_check', '-CAfile', 'ca.crt', '-CRLfile', 'ca.crl', 'fresh.crt');
    if (verdict === undefined) console.warn('skipped: there is no openssl on this machine to verify with');
    else expect(verdict).toContain('certificate revoked');
  });

  it('is refused by the revocation list alone, while a credential for its name is live', async () => {
    const { issued, own } = await certify('shop');
    await untilItIs('none', () => as(own).whoami());
    await admin.certificates.revoke(issued.id);
    const spiffe = `spiffe://prod.example/caller/${issued.caller}/${issued.id}`;
    await admin.credentials.create('shop', { kind: 'certificate', match: { spiffe } });
    expect(await as(own).whoami()).toMatchObject({ name: 'shop' });
    await publishCrl();
    await untilItIs('unauthenticated', () => as(own).whoami());
    const auditor = clientWith({ token: (await server.tokens()).auditor });
    const { items } = await auditor.audit.records({ operation: 'authenticate', limit: 1 });
    expect(items[0]?.detail).toMatchObject({ reason: 'certificate-not-verified', about: 'CERT_REVOKED' });
  });

  it('ends by itself, and one of another authority with its name opens nothing', async () => {
    const { issued, own } = await certify('brief', '3s');
    await untilItIs('unauthenticated', () => as(own).whoami());
    await until(async () => (await admin.certificates.get(issued.id)).state === 'expired');
    const { issued: other } = await certify('target');
    const uris = [`spiffe://prod.example/caller/${other.caller}/${other.id}`];
    const forged = await authority.issue({ uris });
    expect(await failure(clientWith({ cert: forged.cert, key: forged.key }).whoami())).toBe('unauthenticated');
    const stranger = await (await Authority.make('CN=Keystead prod.example')).issue({ uris });
    expect(await failure(clientWith({ cert: stranger.cert, key: stranger.key }).whoami())).toBe('unauthenticated');
  });

  it('is verified by OpenSSL with the published files, as a server certificate of a node too', async () => {
    const { csr, key } = makeCertificateRequest();
    await admin.callers.create({ name: 'kms-1', type: 'node' });
    const asked = await second.certificates.request({ csr, caller: 'kms-1', dnsNames: ['localhost'] });
    expect(await failure(second.certificates.approve(asked.id))).toBe('permission-denied');
    const { certificate } = await admin.certificates.approve(asked.id);
    await file('node.crt', certificate ?? '');
    await file('ca.crt', ca);
    await file('ca.crl', (await admin.pki.get()).crl);
    for (const purpose of ['sslserver', 'sslclient']) {
      const checks = ['-crl_check', '-x509_strict', '-purpose', purpose, '-CAfile', 'ca.crt', '-CRLfile', 'ca.crl'];
      const verdict = await openssl('verify', ...checks, 'node.crt');
      if (verdict === undefined) console.warn('skipped: there is no openssl on this machine to verify with');
      else expect(verdict).toBe('node.crt: OK\n');
    }
    await file('tls.crt', certificate ?? '');
    await file('tls.key', key);
    const url = server.url.replace('127.0.0.1', 'localhost');
    await untilItIs('none', () => new KeysteadClient({ url, ca, retries: 0 }).jwks());
  });

  it('anybody may fetch the authority’s certificate and list; nobody its key', async () => {
    const anonymous = new KeysteadClient({ url: server.url.replace('127.0.0.1', 'localhost'), ca, retries: 0 });
    expect(await failure(anonymous.pki.get())).toBe('unauthenticated');
    const answers = [await admin.pki.get(), await admin.certificates.list(), await admin.keyrings.list()].map(String);
    expect(answers.join()).not.toMatch(/PRIVATE KEY|material/);
    const cli = resolve('bin/keystead.js');
    const env = { ...process.env, KEYSTEAD_URL: anonymousUrl(), KEYSTEAD_TOKEN: (await server.tokens()).admin };
    await run(process.execPath, [cli, 'pki', 'ca', '--ca-cert', 'ca.crt', '-o', 'exported.crt'], {
      cwd: directory,
      env,
    });
    expect(await readFile(join(directory, 'exported.crt'), 'utf8')).toBe(ca);
  });
});

function anonymousUrl(): string {
  return server.url.replace('127.0.0.1', 'localhost');
}
