import { createHmac, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT, UnsecuredJWT, exportJWK, exportSPKI } from 'jose';
import { generateToken } from '../../src/access/token.js';
import { KeysteadClient, isKeysteadError, type ClientOptions } from '../../src/client/client.js';
import { Authority, type Issued } from '../support/authority.js';
import { Issuer, makeSigningKey, type SigningKey } from '../support/issuer.js';
import { Server, type Tokens } from '../support/server.js';
import { tokenOf } from '../support/token-of.js';

const SPIFFE = 'spiffe://prod.example/shop';
const HOUR_MS = 3_600_000;

let directory: string;
let authority: Authority;
let issuer: Issuer;
let issuerKey: SigningKey;
let server: Server;
/** Another install, with its own database and root key. */
let elsewhere: Server;
let tokens: Tokens;
let good: Issued;
let revoked: Issued;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keystead-credentials-'));
  authority = await Authority.make();
  good = await authority.issue({ uris: [SPIFFE] });
  revoked = await authority.issue({ uris: [SPIFFE] });
  authority.revoke(revoked);
  const own = await authority.issue({ ips: ['127.0.0.1'] });
  issuerKey = await makeSigningKey('one');
  issuer = await Issuer.start(issuerKey);
  const env = {
    KEYSTEAD_TLS_CERT: await file('tls.crt', own.cert),
    KEYSTEAD_TLS_KEY: await file('tls.key', own.key),
    KEYSTEAD_TLS_CLIENT_CA: await file('ca.crt', authority.cert),
    KEYSTEAD_TLS_CRL: await file('ca.crl', await authority.crl()),
    KEYSTEAD_OIDC_ISSUERS: JSON.stringify([{ issuer: issuer.url, audience: 'keystead' }]),
  };
  server = await Server.start({ ca: authority.cert, env });
  elsewhere = await Server.start();
  tokens = await server.tokens();
  const admin = clientWith({ token: tokens.admin });
  await admin.callers.create({ name: 'shop', type: 'service' });
  await admin.credentials.create('shop', { kind: 'certificate', match: { spiffe: SPIFFE } });
  await admin.callers.create({ name: 'ci', type: 'service' });
  await admin.credentials.create('ci', { kind: 'jwt', match: { issuer: issuer.url, subject: 'build-7' } });
});
afterAll(async () => {
  await server.remove();
  await elsewhere.remove();
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

/** It is refused like every other, and on record by the id of its request, with the reason and without the credential. */
async function expectRefused(options: Partial<ClientOptions>, presented: string, reason: string): Promise<void> {
  const error: unknown = await clientWith(options)
    .whoami()
    .catch((thrown: unknown) => thrown);
  if (!isKeysteadError(error)) throw new Error(`was let in: ${JSON.stringify(error)}`);
  expect([error.status, error.code]).toEqual([401, 'unauthenticated']);
  const auditor = clientWith({ token: tokens.auditor });
  const { items } = await auditor.audit.records({ operation: 'authenticate', limit: 100 });
  const record = items.find(({ requestId }) => requestId === error.requestId);
  expect(record).toMatchObject({ caller: 'anonymous', outcome: 'denied', detail: { presented, reason } });
  if (options.token) expect(JSON.stringify(record)).not.toContain(options.token.slice(-24));
}

const changedAt = (at: number, text: string) => text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1);

describe('a token', () => {
  it.each<[string, () => string | Promise<string>, string]>([
    ['that was made up', () => generateToken().token, 'unknown-token'],
    ['of another install', async () => (await elsewhere.tokens()).app, 'unknown-token'],
    ['with the secret of another', () => tokenOf(tokens.admin.slice(4, 20), tokens.app.slice(21, 64)), 'wrong-secret'],
    ['that is cut off', () => tokens.admin.slice(0, -1), 'malformed'],
    ['with a letter changed', () => changedAt(30, tokens.admin), 'malformed'],
    ['with a letter too many', () => `${tokens.admin}0`, 'malformed'],
    ['in another case', () => tokens.admin.toUpperCase(), 'malformed'],
    ['that is very long', () => `kst_${'A'.repeat(8000)}`, 'malformed'],
  ])('%s opens nothing', async (_what, make, reason) => {
    await expectRefused({ token: await make() }, 'token', reason);
  });
});

describe('a client certificate', () => {
  it('in order opens', async () => {
    expect(await clientWith({ cert: good.cert, key: good.key }).whoami()).toMatchObject({ name: 'shop' });
  });

  it.each<[string, () => Issued | Promise<Issued>, string]>([
    [
      'of another authority',
      async () => (await Authority.make('CN=other')).issue({ uris: [SPIFFE] }),
      'certificate-not-verified',
    ],
    [
      'of an authority with the same name',
      async () => (await Authority.make(authority.certificate.subject)).issue({ uris: [SPIFFE] }),
      'certificate-not-verified',
    ],
    ['that was revoked', () => revoked, 'certificate-not-verified'],
    ['that has expired', () => authority.issue({ uris: [SPIFFE], notAfter: -HOUR_MS }), 'certificate-not-verified'],
    [
      'that is not valid yet',
      () => authority.issue({ uris: [SPIFFE], notBefore: HOUR_MS }),
      'certificate-not-verified',
    ],
    ['for nobody who is known', () => authority.issue({ uris: [`${SPIFFE}2`] }), 'unknown-certificate'],
    [
      'with two identities',
      () => authority.issue({ uris: [SPIFFE, 'spiffe://prod.example/b'] }),
      'unknown-certificate',
    ],
    ['with the identity as a DNS name', () => authority.issue({ dns: ['prod.example'] }), 'unknown-certificate'],
  ])('%s opens nothing', async (_what, make, reason) => {
    const { cert, key } = await make();
    await expectRefused({ cert, key }, 'certificate', reason);
  });
});

const payload = () => ({
  iss: issuer.url,
  aud: 'keystead',
  sub: 'build-7',
  exp: Math.floor(Date.now() / 1000) + 600,
});
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

async function hmacWithPublicKey(): Promise<string> {
  const text = `${base64url({ alg: 'HS256', kid: 'one' })}.${base64url(payload())}`;
  const secret = await exportSPKI(issuerKey.publicKey);
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

async function withItsOwnKey(): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = await exportJWK(publicKey);
  return new SignJWT(payload()).setProtectedHeader({ alg: 'RS256', kid: 'one', jwk }).sign(privateKey);
}

describe('a JWT', () => {
  it('in order opens', async () => {
    expect(await clientWith({ token: await issuer.sign({}) }).whoami()).toMatchObject({ name: 'ci' });
  });

  it.each<[string, () => string | Promise<string>, string]>([
    ['without a signature (alg none)', () => new UnsecuredJWT(payload()).encode(), 'algorithm-not-allowed'],
    ['signed with the public key as an HMAC secret', hmacWithPublicKey, 'algorithm-not-allowed'],
    ['that brings its own key', withItsOwnKey, 'bad-signature'],
    ['with its signature cut off', async () => (await issuer.sign({})).replace(/[^.]*$/, ''), 'bad-signature'],
    ['with an unknown kid', () => issuer.sign({}, {}, 'nobody'), 'unknown-key'],
    ['that has expired', () => issuer.sign({}, { exp: -60 }), 'expired'],
    ['that is not valid yet', () => issuer.sign({}, { nbf: 60 }), 'not-yet-valid'],
    ['for another audience', () => issuer.sign({ aud: 'payroll' }), 'wrong-audience'],
    ['of another issuer', () => issuer.sign({ iss: 'https://evil.example' }), 'unknown-issuer'],
    ['of a stranger', () => issuer.sign({ sub: 'build-8' }), 'unknown-subject'],
  ])('%s opens nothing', async (_what, make, reason) => {
    await expectRefused({ token: await make() }, 'jwt', reason);
  });
});

it('the server has not complained of itself', () => {
  expect(server.output.split('\n').filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
});
