import { once } from 'node:events';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeysteadClient, isKeysteadError, type AuditRecord, type ClientOptions } from '../../src/client/client.js';
import { Authority } from '../support/authority.js';
import { Issuer, makeSigningKey } from '../support/issuer.js';
import { Server } from '../support/server.js';
import { codeOf, SECRET, WAYS, type Ring } from './administrators-ways.js';

let directory: string;
let authority: Authority;
let server: Server;
let administrator: KeysteadClient;
let auditor: KeysteadClient;
let auditorToken: string;
let open: Ring;
let governed: Ring;
let issuer: Issuer;
let approver: KeysteadClient;
let sockPuppet: KeysteadClient;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keystead-plaintext-'));
  authority = await Authority.make();
  issuer = await Issuer.start(await makeSigningKey('one'));
  const own = await authority.issue({ ips: ['127.0.0.1'] });
  const env = {
    KEYSTEAD_OIDC_ISSUERS: JSON.stringify([{ issuer: issuer.url, audience: 'keystead', groupsClaim: 'groups' }]),
    KEYSTEAD_TLS_CERT: await file('tls.crt', own.cert),
    KEYSTEAD_TLS_KEY: await file('tls.key', own.key),
    KEYSTEAD_TLS_CLIENT_CA: await file('ca.crt', authority.cert),
  };
  server = await Server.start({ ca: authority.cert, env });
  const tokens = await server.tokens();
  administrator = clientWith({ token: tokens.admin });
  auditorToken = tokens.auditor;
  auditor = clientWith({ token: auditorToken });
  open = await makeRing('open');
  governed = await makeRing('governed');
  // Another administrator sets the keyring up; the one under suspicion has prepared an approver of his own.
  const founder = await newCaller('founder', 'administrator');
  sockPuppet = await person('sock-puppet', administrator);
  approver = await person('approver', founder);
  await founder.keyrings.update('governed', { dualControl: { approvers: 1, operations: ['role.create'] } });
});
afterAll(async () => {
  await server.remove();
  await issuer.stop();
  await rm(directory, { recursive: true });
});

const stage = () => ({ administrator, authority, issuer, open, clientWith, newCaller });

async function file(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

function clientWith(options: Partial<ClientOptions>): KeysteadClient {
  return new KeysteadClient({ url: server.url, ca: authority.cert, retries: 0, ...options });
}

/** A service of the administrator's, with a token of its own. */
async function newCaller(name: string, role: string, keyring?: string, by = administrator): Promise<KeysteadClient> {
  await by.callers.create({ name, type: 'service' });
  await by.bindings.create({ caller: name, role, scope: keyring === undefined ? { everything: true } : { keyring } });
  return clientWith({ token: (await by.tokens.create(name)).token });
}

/** An approver of `governed`, with a client certificate. */
async function person(name: string, by: KeysteadClient): Promise<KeysteadClient> {
  await by.callers.create({ name, type: 'person' });
  await by.credentials.create(name, { kind: 'certificate', match: { dns: `${name}.example` } });
  await by.bindings.create({ caller: name, role: 'approver', scope: { keyring: 'governed' } });
  const { cert, key } = await authority.issue({ dns: [`${name}.example`] });
  return clientWith({ cert, key });
}

async function makeRing(name: string): Promise<Ring> {
  await administrator.keyrings.create({ name });
  const owner = await newCaller(`${name}-owner`, 'key-admin', name);
  const app = await newCaller(`${name}-app`, 'crypto-user', name);
  await administrator.groups.create({ name: `${name}-team` });
  await administrator.bindings.create({ group: `${name}-team`, role: 'decrypt-only', scope: { keyring: name } });
  await owner.with({ keyring: name }).keys.create({ name: 'orders', exportable: true });
  const { ciphertext } = await app.with({ keyring: name }).encrypt('orders', { plaintext: SECRET });
  return { name, app: `${name}-app`, ciphertext };
}

async function approvalOf(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  if (isKeysteadError(error, 'approval-required') && error.approval !== undefined) return error.approval;
  throw error;
}

async function guardedRecords(guarded: string, outcome: AuditRecord['outcome']): Promise<AuditRecord[]> {
  const { items } = await auditor.audit.records({ outcome, limit: 1000 });
  return items.filter(({ detail }) => Object(detail).guarded === guarded);
}

async function counted(reason: string): Promise<number> {
  const metrics = await textOf('GET', '/metrics', auditorToken);
  const line = new RegExp(`^keystead_guarded_operations_total\\{.*reason="${reason}",approved="no"\\} (\\d+)$`, 'gm');
  return [...metrics.matchAll(line)].reduce((sum, [, count]) => sum + Number(count), 0);
}

describe('without dual control an administrator gets at the plaintext, and leaves an event and a record that names it', () => {
  it.each(WAYS)('by %s', async (_way, guarded, attempt) => {
    const before = [(await guardedRecords(guarded, 'success')).length, await counted(guarded)] as const;
    expect(await attempt(stage(), open)).toEqual(SECRET);
    expect((await guardedRecords(guarded, 'success')).length).toBeGreaterThan(before[0]);
    expect(await counted(guarded)).toBeGreaterThan(before[1]);
  });
});

describe('with dual control he does not', () => {
  it.each(WAYS)('by %s', async (_way, guarded, attempt) => {
    const approval = await approvalOf(attempt(stage(), governed));
    expect(await guardedRecords(guarded, 'error')).toContainEqual(
      expect.objectContaining({ code: 'approval-required', detail: expect.objectContaining({ approval }) }),
    );
    const { requester } = await auditor.approvals.get(approval);
    const isHisOwn = requester === (await administrator.whoami()).id;
    for (const puppet of isHisOwn ? [sockPuppet, administrator] : [administrator])
      expect(await codeOf(puppet.approvals.approve(approval))).toBe('permission-denied');
    expect(await auditor.approvals.get(approval)).toMatchObject({ state: 'pending', guarded });
  });

  it('nor may he use the yes that a colleague got, for which an approver must be nobody’s puppet', async () => {
    const colleague = await newCaller('colleague', 'administrator');
    const ask = async (approval?: string, expiresIn = 60, by = colleague) =>
      by.with({ approval }).tokens.create(governed.app, { expiresIn });
    const approval = await approvalOf(ask());
    expect(await approver.approvals.approve(approval)).toMatchObject({ state: 'approved' });
    expect(await codeOf(ask(approval, 60, administrator))).toBe('approval-not-found');
    expect(await codeOf(ask(approval, 61))).toBe('approval-stale');
    expect(await codeOf(ask(approval))).toBe('none');
    expect(await codeOf(ask(approval))).toBe('approval-stale');
    const rejected = await approvalOf(colleague.keyrings.update('governed', { dualControl: null }));
    expect(await approver.approvals.reject(rejected)).toMatchObject({ state: 'rejected' });
    // The administrator made the founder, who made the approver.
    const own = await approvalOf(administrator.keyrings.update('governed', { dualControl: null }));
    expect(await codeOf(approver.approvals.approve(own))).toBe('permission-denied');
  });
});

describe('in neither case', () => {
  it('does he bind himself, widen a role that he holds, or show a token again', async () => {
    const { id } = await administrator.whoami();
    const own = { caller: id, role: 'decrypt-only', scope: { keyring: 'open' } };
    expect(await codeOf(administrator.bindings.create(own))).toBe('permission-denied');
    await administrator.roles.create({ name: 'held', permissions: ['keyring.list'] });
    const second = await newCaller('second', 'administrator');
    await second.bindings.create({ caller: id, role: 'held', scope: { everything: true } });
    expect(await codeOf(administrator.roles.delete('held'))).toBe('role-in-use');
    expect(await codeOf(administrator.roles.create({ name: 'held', permissions: ['decrypt'] }))).toBe('name-taken');
    const token = (await server.tokens()).admin;
    const make = async () => textOf('POST', '/api/v1/callers/open-app/tokens', token, { 'idempotency-key': 'again' });
    expect(await make()).toMatch(/"token":"kst_/);
    const replay = await make();
    expect(replay).toContain('"replayed":true');
    expect(replay).not.toContain('kst_');
  });

  it('does he move the root anywhere but to where the nodes are configured to go, nor take a backup', async () => {
    expect(await codeOf(administrator.root.migrate())).toBe('permission-denied');
    const operator = await newCaller('operator', 'operator');
    expect(await codeOf(operator.root.migrate())).toBe('invalid-transition');
    const records = await auditor.audit.records({ operation: 'root.migrate' });
    expect(records.items.map(({ outcome }) => outcome).toSorted()).toEqual(['denied', 'error']);
    const { paths } = JSON.parse(await textOf('GET', '/api/openapi.json', auditorToken)) as { paths: object };
    expect(Object.keys(paths)).toContain('/api/v1/root/migrate');
    expect(Object.keys(paths).filter((path) => path.includes('backup'))).toEqual([]);
  });
});

/** What one call answers, with headers of its own. */
async function textOf(method: string, path: string, token: string, more: OutgoingHttpHeaders = {}): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, ...more };
  const sent = request(`${server.url}${path}`, { method, ca: authority.cert, headers }).end();
  const [answer]: IncomingMessage[] = await once(sent, 'response');
  return text(answer!);
}
