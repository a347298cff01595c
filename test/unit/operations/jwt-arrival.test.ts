import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { OidcIssuers } from '../../../src/access/oidc/oidc-issuers.js';
import { createBinding } from '../../../src/operations/access/create-binding.js';
import { createCaller } from '../../../src/operations/access/create-caller.js';
import { createCredential } from '../../../src/operations/access/create-credential.js';
import { createGroup } from '../../../src/operations/access/create-group.js';
import { revokeCredential } from '../../../src/operations/access/revoke-credential.js';
import { whoami } from '../../../src/operations/access/whoami.js';
import { encrypt } from '../../../src/operations/crypto/encrypt.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { listKeys } from '../../../src/operations/keys/list-keys.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { codeOf } from '../../support/code-of.js';
import { Issuer, makeSigningKey } from '../../support/issuer.js';
import { makeMemoryBed } from '../../support/memory-deps.js';
import type { TestBed } from '../../support/test-bed.js';

/** The issuer is a process of its own, which a busy machine may keep waiting. */
const LIMITS = { cacheMs: 600_000, cooldownMs: 10_000, timeoutMs: 60_000 };

let issuer: Issuer;
let bed: TestBed;
let admin: Arrival;
let names = 0;

beforeAll(async () => {
  issuer = await Issuer.start(await makeSigningKey('one'));
  bed = await makeMemoryBed(
    new OidcIssuers([{ issuer: issuer.url, audience: ['keystead'], claim: 'sub', groupsClaim: 'groups' }], LIMITS),
  );
  admin = await bed.arriveAs('administrator');
});
afterAll(async () => {
  await issuer.stop();
  await bed.dispose();
});

/** Now, as the issuer sees it. */
const arrive = (jwt: string) => {
  bed.clock.advance(Date.now() - bed.clock.now());
  return bed.kms.arrive({
    door: 'test',
    source: '192.0.2.1',
    requestId: randomUUID(),
    presented: { kind: 'jwt', jwt },
  });
};

async function add(subject: string, claims?: Readonly<Record<string, string>>) {
  const { output: caller } = await bed.kms.change(createCaller, { name: `ci-${++names}`, type: 'service' }, admin);
  const match = { issuer: issuer.url, subject, ...(claims ? { claims } : {}) };
  const { output } = await bed.kms.change(createCredential, { caller: caller.id, kind: 'jwt', match }, admin);
  return { caller: caller.id, credential: output.id };
}

const as = async (claims: Readonly<Record<string, unknown>>) =>
  (await arrive(await issuer.sign({ sub: 'repo', ...claims }))).caller.id;

async function lastRefusal() {
  const [record] = await bed.deps.journal.query({ operation: 'authenticate', outcome: 'denied', limit: 1 });
  return { caller: record?.caller, ...record?.detail };
}

it('a JWT lets its subject in as the caller it was mapped to, until the mapping is revoked', async () => {
  const { caller, credential } = await add('build-7');
  const arrival = await arrive(await issuer.token());
  expect(arrival).toMatchObject({ caller: { id: caller }, credentialId: credential, strength: 'single' });
  await bed.kms.change(revokeCredential, { caller, credential }, admin);
  expect(await codeOf(bed.kms.perform(whoami, {}, arrival))).toBe('unauthenticated');
  expect(await codeOf(arrive(await issuer.token()))).toBe('unauthenticated');
});

it('one subject may be several callers by their further claims', async () => {
  const main = await add('repo', { ref: 'main' });
  const release = await add('repo', { ref: 'release', groups: 'publishers' });
  expect(await as({ ref: 'main' })).toBe(main.caller);
  expect(await as({ ref: 'release', groups: ['others', 'publishers'] })).toBe(release.caller);
  for (const claims of [{}, { ref: 'other' }, { ref: 'release' }, { ref: 'release', groups: 'publishers2' }]) {
    expect(await codeOf(as(claims))).toBe('unauthenticated');
  }
  const all = await add('repo', { all: 'x' });
  expect(await as({ all: 'x' })).toBe(all.caller);
  expect(await codeOf(as({ all: 'x', ref: 'main' }))).toBe('unauthenticated');
  expect(await lastRefusal()).toMatchObject({ reason: 'ambiguous-credential' });
});

it('Kubernetes service accounts come by the same path', async () => {
  const sub = 'system:serviceaccount:shop:billing';
  const { caller } = await add(sub);
  const claims = { sub, 'kubernetes.io': { namespace: 'shop', serviceaccount: { name: 'billing' } } };
  expect((await arrive(await issuer.sign(claims))).caller.id).toBe(caller);
});

it.each<[string, () => Promise<string>, string]>([
  ['that has expired', () => issuer.sign({}, { exp: -60 }), 'expired'],
  ['that is not valid yet', () => issuer.sign({}, { nbf: 60 }), 'not-yet-valid'],
  ['for another audience', () => issuer.sign({ aud: 'payroll' }), 'wrong-audience'],
  ['with an unknown kid', () => issuer.sign({}, {}, 'nobody'), 'unknown-key'],
  ['of a stranger', () => issuer.sign({ sub: 'stranger' }), 'unknown-subject'],
])('a JWT %s opens nothing, and the record says why and not what it was', async (_what, make, reason) => {
  await add('build-7').catch(() => undefined);
  const jwt = await make();
  expect(await codeOf(arrive(jwt))).toBe('unauthenticated');
  const refusal = await lastRefusal();
  expect(refusal).toMatchObject({ caller: 'anonymous', presented: 'jwt', reason });
  expect(JSON.stringify(refusal)).not.toContain(jwt.split('.')[2]);
});

it('a groups claim puts its caller into the group that is mapped to it, for that request', async () => {
  const { caller } = await add('grouped');
  const claim = { issuer: issuer.url, value: 'publishers' };
  const { output: group } = await bed.kms.change(createGroup, { name: 'publishers', claim }, admin);
  const scope = { keyring: 'default' };
  await bed.kms.change(createBinding, { group: group.id, role: 'auditor', scope }, admin);
  const [inside, outside] = await Promise.all(
    [
      ['others', 'publishers'],
      ['Publishers', group.id, group.name.slice(1)],
    ].map(async (groups) => arrive(await issuer.sign({ sub: 'grouped', groups }))),
  );
  expect(inside).toMatchObject({ caller: { id: caller }, groups: [group.id] });
  expect(outside).not.toHaveProperty('groups');
  const list = (arrival: Arrival) => codeOf(bed.kms.perform(listKeys, { keyring: 'default' }, arrival));
  expect(await list(inside!)).toBe('none');
  expect(await list(outside!)).toBe('permission-denied');
  expect(await bed.kms.mayAnywhere(inside!, 'key.list')).toBe(true);
  expect(await bed.kms.mayAnywhere(outside!, 'key.list')).toBe(false);
});

it('a groups claim that would mix duties lets its caller administer, and use no key', async () => {
  const { caller } = await add('mixed');
  const claim = { issuer: issuer.url, value: 'users' };
  const { output: group } = await bed.kms.change(createGroup, { name: 'users', claim }, admin);
  await bed.kms.change(createBinding, { group: group.id, role: 'crypto-user', scope: { keyring: 'default' } }, admin);
  await bed.kms.change(createBinding, { caller, role: 'key-admin', scope: { keyring: 'default' } }, admin);
  const arrival = await arrive(await issuer.sign({ sub: 'mixed', groups: 'users' }));
  const key = { keyring: 'default', name: `mixed-${randomUUID().slice(-6)}` };
  await bed.kms.change(createKey, key, arrival);
  const call = { keyring: 'default', key: key.name, plaintext: Buffer.from('x') };
  expect(await codeOf(bed.kms.perform(encrypt, call, arrival))).toBe('permission-denied');
});
