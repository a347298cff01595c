import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT, UnsecuredJWT, exportSPKI } from 'jose';
import { OidcIssuers } from '../../../src/access/oidc/oidc-issuers.js';
import { Issuer, makeSigningKey, type SigningKey } from '../../support/issuer.js';

/** The issuer is a process of its own, which a busy machine may keep waiting. */
const LIMITS = { cacheMs: 600_000, cooldownMs: 0, timeoutMs: 60_000 };

let issuer: Issuer;
let key: SigningKey;
let stranger: SigningKey;
let issuers: OidcIssuers;

beforeAll(async () => {
  key = await makeSigningKey('first');
  stranger = await makeSigningKey('first');
  issuer = await Issuer.start(key);
  issuers = trusting(issuer.url);
});
afterAll(() => issuer.stop());

function trusting(url: string, more: { readonly claim?: string; readonly jwksUri?: string } = {}): OidcIssuers {
  return new OidcIssuers([{ issuer: url, audience: ['keystead'], claim: 'sub', ...more }], LIMITS);
}

const verdict = (jwt: string, now = Date.now()) => issuers.verify(jwt, now);
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a JWT of a real issuer', () => {
  it('is verified by discovery and JWKS', async () => {
    const found = await verdict(await issuer.token());
    expect(found).toMatchObject({ issuer: issuer.url, subject: 'build-7', claims: { client_id: 'build-7' } });
    expect(issuers.has(issuer.url)).toBe(true);
    expect(issuers.has(`${issuer.url}/`)).toBe(false);
  });

  it('for somebody else is refused', async () => {
    expect(await verdict(await issuer.token('payroll'))).toMatchObject({ refusal: 'wrong-audience' });
  });

  it('ends with its time, but for a few seconds of two clocks', async () => {
    const jwt = await issuer.token();
    expect(await verdict(jwt, Date.now() + 599_000)).toMatchObject({ subject: 'build-7' });
    expect(await verdict(jwt, Date.now() + 610_000)).toMatchObject({ refusal: 'expired' });
  });
});

const payload = () => ({
  iss: issuer.url,
  aud: 'keystead',
  sub: 'build-7',
  exp: Math.floor(Date.now() / 1000) + 600,
});

describe('refused is', () => {
  it.each<[string, () => Promise<string> | string, string]>([
    ['one without a signature (alg none)', () => new UnsecuredJWT(payload()).encode(), 'algorithm-not-allowed'],
    ['one with the signature cut off', async () => (await issuer.token()).replace(/[^.]*$/, ''), 'bad-signature'],
    ['one signed with the public key as an HMAC secret', hmacWithPublicKey, 'algorithm-not-allowed'],
    ['one signed by another key under the same kid', byAnotherKey, 'bad-signature'],
    ['one with a kid that nobody knows', () => issuer.sign({}, {}, 'nobody'), 'unknown-key'],
    ['one that has expired', () => issuer.sign({}, { exp: -60 }), 'expired'],
    ['one that is not valid yet', () => issuer.sign({}, { nbf: 60 }), 'not-yet-valid'],
    ['one that never ends', () => issuer.sign({ exp: undefined }), 'wrong-claim'],
    ['one for another audience', () => issuer.sign({ aud: 'payroll' }), 'wrong-audience'],
    ['one for no audience', () => issuer.sign({ aud: undefined }), 'wrong-audience'],
    ['one without a subject', () => issuer.sign({ sub: undefined }), 'wrong-claim'],
    ['one of an issuer that is not trusted', () => issuer.sign({ iss: 'https://evil.example' }), 'unknown-issuer'],
    ['one of an issuer that is nearly trusted', () => issuer.sign({ iss: `${issuer.url}/` }), 'unknown-issuer'],
    ['one that brings its own key along', bringsItsKey, 'bad-signature'],
    ['one with another payload', otherPayload, 'bad-signature'],
    ['one that is none', () => 'a.b.c', 'malformed'],
    ['one whose header is not JSON', () => `e30x.${base64url(payload())}.AAAA`, 'malformed'],
    ['one with a critical header that nobody understands', critical, 'malformed'],
  ])('%s', async (_what, make, refusal) => {
    expect(await verdict(await make())).toMatchObject({ refusal });
  });
});

async function hmacWithPublicKey(): Promise<string> {
  const body = `${base64url({ alg: 'HS256', kid: 'first' })}.${base64url(payload())}`;
  const secret = await exportSPKI(key.publicKey);
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

async function byAnotherKey(): Promise<string> {
  return new SignJWT(payload()).setProtectedHeader({ alg: 'RS256', kid: 'first' }).sign(stranger.privateKey);
}

async function bringsItsKey(): Promise<string> {
  const jwk = { kty: 'RSA', n: 'AQAB', e: 'AQAB' };
  return new SignJWT(payload()).setProtectedHeader({ alg: 'RS256', kid: 'first', jwk }).sign(stranger.privateKey);
}

async function otherPayload(): Promise<string> {
  const [header, , signature] = (await issuer.sign({})).split('.');
  return `${header}.${base64url({ ...payload(), sub: 'root' })}.${signature}`;
}

function critical(): string {
  return `${base64url({ alg: 'RS256', kid: 'first', crit: ['odd'], odd: 1 })}.${base64url(payload())}.AAAA`;
}

describe('the keys of an issuer', () => {
  it('roll over: the new one is fetched, the old one is nobody’s', async () => {
    const old = await issuer.sign({});
    expect(await verdict(old)).toMatchObject({ subject: 'build-7' });
    await issuer.rollOver(await makeSigningKey('second'));
    expect(await verdict(await issuer.token())).toMatchObject({ subject: 'build-7' });
    expect(await verdict(old)).toMatchObject({ refusal: 'unknown-key' });
    await issuer.rollOver(key);
  });

  it('are held: an issuer that is away for a while is not missed', async () => {
    const own = await Issuer.start(await makeSigningKey('held'));
    const patient = new OidcIssuers([{ issuer: own.url, audience: ['keystead'], claim: 'sub' }], LIMITS);
    const jwt = await own.token();
    expect(await patient.verify(jwt, Date.now())).toMatchObject({ subject: 'build-7' });
    await own.stop();
    expect(await patient.verify(jwt, Date.now())).toMatchObject({ subject: 'build-7' });
    const late = new OidcIssuers([{ issuer: own.url, audience: ['keystead'], claim: 'sub' }], LIMITS);
    expect(await late.verify(jwt, Date.now())).toMatchObject({ refusal: 'issuer-unreachable' });
  });

  it('are asked for again after an outage', async () => {
    const first = await Issuer.start(key);
    const own = trusting(first.url);
    const jwt = await first.sign({});
    await first.stop();
    expect(await own.verify(jwt, Date.now())).toMatchObject({ refusal: 'issuer-unreachable' });
    await first.rollOver(key);
    let again = await own.verify(jwt, Date.now());
    while ('refusal' in again) again = await own.verify(jwt, Date.now());
    expect(again.subject).toBe('build-7');
    await first.stop();
  });

  it('may be at a place of their own, and callers may be named by another claim', async () => {
    const named = trusting(issuer.url, { claim: 'repository', jwksUri: `${issuer.url}/jwks` });
    expect(await named.verify(await issuer.sign({ repository: 'shop/billing' }), Date.now())).toMatchObject({
      subject: 'shop/billing',
    });
    expect(await named.verify(await issuer.sign({ repository: ['shop'] }), Date.now())).toMatchObject({
      refusal: 'wrong-claim',
    });
  });

  it('are nobody’s when discovery tells of another issuer', async () => {
    const server: Server = createServer((_request, response) => {
      response.end(JSON.stringify({ issuer: 'https://other.example', jwks_uri: `${issuer.url}/jwks` }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    expect(await trusting(url).verify(await issuer.sign({ iss: url }), Date.now())).toMatchObject({
      refusal: 'issuer-unreachable',
    });
    server.close();
  });

  it('are not fetched in clear from another machine', async () => {
    const far = trusting('https://far.example', { jwksUri: 'http://far.example/jwks' });
    const jwt = await issuer.sign({ iss: 'https://far.example' });
    expect(await far.verify(jwt, Date.now())).toMatchObject({ refusal: 'issuer-unreachable' });
  });
});
