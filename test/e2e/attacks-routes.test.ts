import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCertificateRequest } from '../../src/client/certificate-request.js';
import { addressOf, describedRoutes, type DescribedRoute } from '../support/described-routes.js';
import { webhookAdminToken } from '../support/webhook-admin.js';
import { call, Server, type ApiAnswer, type Tokens } from '../support/server.js';

const OWN = 'own-ring';
/** In every name that belongs to the other tenant: no answer may show it. */
const THEIRS = 'victim';
const ROLES = ['administrator', 'key-admin', 'crypto-user', 'auditor', 'operator', 'approver'] as const;

let server: Server;
let tokens: Tokens;
let routes: DescribedRoute[];
/** A token for each role, bound in the own keyring. */
const mine: string[] = [];
/** The other tenant's ids, by the names that they have in paths and bodies. */
let theirs: Readonly<Record<string, string>>;
/** Of every refusal. */
const refused: string[] = [];

beforeAll(async () => {
  server = await Server.start();
  tokens = await server.tokens();
  routes = await describedRoutes(server, tokens.app);
  const { id: keyring } = await make(tokens.admin, '/api/v1/keyrings', { name: `${THEIRS}-ring` });
  await make(tokens.admin, '/api/v1/keyrings', { name: OWN });
  for (const role of ROLES) mine.push(await newCaller(`mine-${role}`, role, OWN));
  const keyAdmin = await newCaller(`${THEIRS}-admin`, 'key-admin', `${THEIRS}-ring`);
  const ring = `/api/v1/keyrings/${keyring}`;
  const { id: key } = await make(keyAdmin, `${ring}/keys`, { name: `${THEIRS}-key`, tags: { of: THEIRS } });
  await make(keyAdmin, `${ring}/aliases`, { name: `${THEIRS}-alias`, key });
  const selector = { tags: { of: THEIRS }, policy: {} };
  await call(server, keyAdmin, 'PUT', `${ring}/policies/${THEIRS}-selector`, selector);
  const { id: caller } = await make(tokens.admin, '/api/v1/callers', { name: `${THEIRS}-app`, type: 'service' });
  const { id: token } = await make(tokens.admin, `/api/v1/callers/${caller}/tokens`, {});
  const { id: credential } = await make(tokens.admin, `/api/v1/callers/${caller}/credentials`, {
    kind: 'certificate',
    match: { dns: `${THEIRS}.example` },
  });
  const accountId = '000000000009';
  const { id: accessKey } = await make(tokens.admin, `/api/v1/callers/${caller}/access-keys`, { accountId });
  const { name: role } = await make(tokens.admin, '/api/v1/roles', {
    name: `${THEIRS}-role`,
    permissions: ['encrypt'],
  });
  const { id: binding } = await make(tokens.admin, '/api/v1/bindings', { caller, role, scope: { keyring } });
  const theirApp = await newCaller(`${THEIRS}-user`, 'crypto-user', `${THEIRS}-ring`);
  await call(server, keyAdmin, 'POST', `${ring}/keys/${key}/rotate`);
  const { id: campaign } = await make(keyAdmin, '/api/v1/campaigns', { keyring, key, from: [1] });
  const sealed = await call(server, theirApp, 'POST', `${ring}/keys/${key}/encrypt`, { plaintext: '' });
  const { id: group } = await make(tokens.admin, '/api/v1/groups', { name: `${THEIRS}-group` });
  await call(server, tokens.admin, 'POST', '/api/v1/pki', { trustDomain: 'everybodys.example' });
  const { csr } = makeCertificateRequest();
  const { id: certificate } = await make(theirApp, '/api/v1/certificates', { csr });
  const approver = await make(tokens.admin, '/api/v1/callers', { name: `${THEIRS}-approver`, type: 'person' });
  await make(tokens.admin, '/api/v1/bindings', { caller: approver.id, role: 'approver', scope: { keyring } });
  await call(server, tokens.admin, 'PATCH', ring, { dualControl: { approvers: 1 } });
  const { approval } = (await call(server, tokens.admin, 'DELETE', ring)).body;
  const hook = { url: 'http://127.0.0.1:9/', types: ['keystead.campaign.closed'] };
  const { id: webhook } = await make(await webhookAdminToken(server, tokens.admin), '/api/v1/webhooks', hook);
  const { id: hold } = await make(tokens.admin, '/api/v1/audit/holds', { keyring, reason: `${THEIRS}-case` });
  theirs = {
    hold,
    index: '0',
    level: '0',
    a: 'x000',
    b: 'x000',
    c: 'x000',
    d: '000',
    webhook,
    delivery: webhook,
    approval,
    ciphertext: sealed.body.ciphertext,
    keyring,
    key,
    version: '1',
    alias: `${THEIRS}-alias`,
    caller,
    token,
    credential,
    accessKey,
    role,
    binding,
    group,
    certificate,
    campaign,
    selector: `${THEIRS}-selector`,
  };
});
afterAll(async () => server.remove());

async function make(token: string, path: string, body: object) {
  const answer = await call(server, token, 'POST', path, body);
  if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function newCaller(name: string, role: string, keyring: string): Promise<string> {
  await make(tokens.admin, '/api/v1/callers', { name, type: 'service' });
  await make(tokens.admin, '/api/v1/bindings', { caller: name, role, scope: { keyring } });
  return (await make(tokens.admin, `/api/v1/callers/${name}/tokens`, {})).token;
}

/** By each of my callers. @returns what was answered, in short, each once */
async function askedByAll(route: DescribedRoute, path: string, body: unknown = bodyOf(route)): Promise<string[]> {
  const answers = await Promise.all(mine.map((token) => call(server, token, route.method, path, body)));
  for (const { status, headers, body: content } of answers) {
    // Who needs no token is nobody: such refusals are counted when they are many.
    if (status >= 400 && !route.isPublic) refused.push(headers.get('x-request-id') ?? '');
    expect([route.method, path, JSON.stringify(content)]).toEqual([
      route.method,
      path,
      expect.not.stringContaining(THEIRS),
    ]);
  }
  return [...new Set(answers.map(seen))].toSorted();
}

const seen = ({ status, body }: ApiAnswer): string =>
  `${status} ${body.items?.length === 0 || isNoRecord(body) ? 'nothing' : String(body.code)}`;
/** A summary that counts none. */
const isNoRecord = ({ counts }: ApiAnswer['body']): boolean =>
  counts !== undefined && Object.values(counts as object).every((count) => count === 0);
const named = ({ method, path }: DescribedRoute): string => `${method} ${path}`;

/** Nothing but that it may not, or that there is no such thing where it may. */
function isKeptOut(answers: readonly string[]): boolean {
  return answers.every((answer) => /^(403 permission-denied|404 [a-z]+-not-found|200 nothing)$/.test(answer));
}

/** The body of a route, with their ciphertext where there is one. */
const bodyOf = ({ body, inBody }: DescribedRoute) =>
  body && { ...body, ...(inBody.includes('ciphertext') ? { ciphertext: theirs['ciphertext'] } : {}) };

describe('another tenant’s id', () => {
  it('in the path of any route opens nothing', async () => {
    const guarded = routes.filter(({ permission, inPath }) => permission !== undefined && inPath.length > 0);
    expect(guarded.length).toBeGreaterThan(45);
    for (const name of new Set(guarded.flatMap(({ inPath }) => inPath))) expect(Object.keys(theirs)).toContain(name);
    for (const route of guarded) {
      const answers = await askedByAll(route, addressOf(route, theirs));
      expect([named(route), answers, isKeptOut(answers)]).toEqual([named(route), answers, true]);
    }
  });

  it('of what is in a keyring opens nothing under the own keyring either', async () => {
    const nested = routes.filter(({ inPath }) => inPath.includes('keyring') && inPath.length > 1);
    expect(nested.length).toBeGreaterThan(30);
    for (const route of nested) {
      // An alias that is put is made: it is the own one's then.
      if (route.method === 'PUT') continue;
      const answers = await askedByAll(route, addressOf(route, { ...theirs, keyring: OWN }));
      expect([named(route), answers, isKeptOut(answers)]).toEqual([named(route), answers, true]);
      // Evidence is for those who may read the whole log.
      expect(answers.length).toBe(route.path.endsWith('/evidence') ? 1 : 2);
    }
  });

  it('in a query or in a body does not either', async () => {
    const references = ['keyring', 'key', 'caller', 'binding', 'token', 'role'];
    let tried = 0;
    for (const route of routes.filter(({ permission }) => permission !== undefined)) {
      const path = addressOf(route, { ...theirs, keyring: OWN });
      for (const name of references.filter((one) => route.inQuery.includes(one))) {
        tried += 1;
        const query = new URLSearchParams({ ...route.query, [name]: theirs[name]! });
        const answers = await askedByAll(route, `${path}?${query.toString()}`);
        expect([named(route), name, answers, isKeptOut(answers)]).toEqual([named(route), name, answers, true]);
      }
      for (const name of references.filter((one) => route.inBody.includes(one))) {
        tried += 1;
        const answers = await askedByAll(route, path, { ...route.body, [name]: theirs[name] });
        expect([named(route), name, answers, isKeptOut(answers)]).toEqual([named(route), name, answers, true]);
      }
    }
    expect(tried).toBeGreaterThan(6);
  });

  it('in the scope of a binding binds nobody there', async () => {
    const scopes = [{ keyring: theirs['keyring'] }, { keyring: OWN, key: theirs['key'] }, { everything: true }];
    const route = routes.find(({ permission }) => permission === 'binding.create');
    if (!route) throw new Error('there is no route that binds');
    for (const scope of scopes) {
      const answers = await askedByAll(route, route.path, { caller: 'mine-approver', role: 'crypto-user', scope });
      expect(answers.filter((answer) => !/^(400 invalid-request|403 permission-denied)$/.test(answer))).toEqual([]);
    }
  });
});

describe('a field that is not documented', () => {
  it.each(['id', 'keyringId', 'state', 'callerId', 'revision', 'isAdministrator', 'permission'])(
    '%s, in the body of any route, is refused with all of the body',
    async (field) => {
      for (const route of routes.filter(({ hasBody, inBody }) => hasBody && !inBody.includes(field))) {
        const path = addressOf(route, { ...theirs, keyring: OWN });
        const body = { ...route.body, [field]: 'enabled' };
        const bodies = [body, ...(route.each ? [{ items: [body] }, { items: [route.body], [field]: 'enabled' }] : [])];
        for (const one of bodies) {
          const answers = await askedByAll(route, path, one);
          const others = answers.filter((answer) => answer !== '403 permission-denied');
          // What no binding in a keyring can give: the root, and a person's own enrolment.
          const isNobodys = /^(root\.|person\.)/.test(route.permission ?? '');
          const wanted = isNobodys ? [[], ['400 invalid-request']] : [['400 invalid-request']];
          expect([named(route), wanted]).toEqual([named(route), expect.arrayContaining([others])]);
        }
      }
    },
  );
});

it('every one of these is on record, by the id of its request', async () => {
  const recorded = new Set<string>();
  let cursor: string | null = null;
  do {
    const path: string = `/api/v1/audit/records?limit=1000${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
    const { body } = await call(server, tokens.auditor, 'GET', path);
    for (const { requestId } of body.items) recorded.add(requestId);
    cursor = body.nextCursor;
  } while (cursor !== null);
  expect(refused.length).toBeGreaterThan(1000);
  expect(refused.filter((id) => !recorded.has(id))).toEqual([]);
});
