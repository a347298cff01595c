import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { addressOf, describedRoutes, type DescribedRoute } from '../../support/described-routes.js';
import { webhookAdminToken } from '../../support/webhook-admin.js';
import { call, Server, type Tokens } from '../../support/server.js';
import { OF_THE_WHOLE_LOG, PLACES, ROLES, TABLE, WHERE, type About, type Place } from './expected.js';

const AT_ONCE = 8;

interface Line {
  readonly about: About;
  readonly roles: ReadonlySet<string>;
}

let server: Server;
let tokens: Tokens;
let routes: DescribedRoute[];
/** A token for each role and place. */
const callers = new Map<string, string>();
/** What each place asks for, by the names that routes have for it. */
const asked = new Map<Place, Readonly<Record<string, string>>>();

const table: ReadonlyMap<string, Line> = new Map(
  TABLE.trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [operation = '', about, ...marks] = line.trim().split(/ +/);
      if (marks.length !== ROLES.length) throw new Error(`${operation}: ${marks.length} columns`);
      return [operation, { about: about as About, roles: new Set(ROLES.filter((_role, at) => marks[at] === 'x')) }];
    }),
);

async function made(path: string, body: object) {
  const answer = await call(server, tokens.admin, 'POST', `/api/v1/${path}`, body);
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** A keyring with two keys, and ciphertexts of both. @returns ids, by the names that routes have for them */
async function makeRing(name: string) {
  const { id: keyring } = await made('keyrings', { name });
  const [owner, user] = [await callerWith('key-admin', [{ keyring }]), await callerWith('crypto-user', [{ keyring }])];
  const ring = `/api/v1/keyrings/${keyring}`;
  const keys = [];
  for (const key of ['mine', 'denied']) {
    const { id } = (await call(server, owner, 'POST', `${ring}/keys`, { name: key })).body;
    await call(server, owner, 'POST', `${ring}/aliases`, { name: `${key}-alias`, key: id });
    const { ciphertext } = (await call(server, user, 'POST', `${ring}/keys/${id}/encrypt`, { plaintext: '' })).body;
    keys.push({ key: id as string, alias: `${key}-alias`, ciphertext: ciphertext as string, owner });
  }
  return { keyring: keyring as string, keys };
}

let callersMade = 0;
type Scope = { readonly everything: true } | { readonly keyring: string; readonly key?: string };

/** A new caller with the role in the first scope, and denied it in the second, if there is one. @returns its token */
async function callerWith(role: string, [allowed, denied]: readonly Scope[]): Promise<string> {
  const caller = `c-${++callersMade}`;
  await made('callers', { name: caller, type: 'service' });
  await made('bindings', { caller, role, scope: allowed });
  if (denied) await made('bindings', { caller, role, scope: denied, effect: 'deny' });
  return (await made(`callers/${caller}/tokens`, {})).token;
}

beforeAll(async () => {
  server = await Server.start();
  tokens = await server.tokens();
  routes = (await describedRoutes(server, tokens.app)).filter(({ permission, isPublic }) => permission && !isPublic);
  const [own, other] = [await makeRing('own'), await makeRing('other')];
  const [mine, denied] = own.keys;
  const [theirs] = other.keys;
  if (!mine || !denied || !theirs) throw new Error('no keys');
  const nobody = '00000000-0000-7000-8000-000000000000';
  const person = await made('callers', { name: 'somebody', type: 'person' });
  const log = { index: '0', level: '0', a: 'x000', b: 'x000', c: 'x000', d: '000' };
  const rest = { ...log, version: '1', caller: person.id, role: 'no-role', group: nobody };
  const ids = {
    token: '0000000000000000',
    credential: nobody,
    binding: nobody,
    certificate: nobody,
    approval: nobody,
    campaign: nobody,
    webhook: nobody,
    hold: nobody,
    delivery: nobody,
  };
  const at = (keyring: string, key: object) => ({ ...rest, ...ids, keyring, ...key });
  const keyring = own.keyring;
  const scopes: Readonly<Record<Place, readonly Scope[]>> = {
    everything: [{ everything: true }],
    'own keyring': [{ keyring }],
    'other keyring': [{ keyring }],
    'own key': [{ keyring, key: mine.key }],
    'denied key': [{ keyring }, { keyring, key: denied.key }],
  };
  for (const place of PLACES) {
    asked.set(
      place,
      place === 'other keyring' ? at(other.keyring, theirs) : at(keyring, place === 'denied key' ? denied : mine),
    );
    for (const role of ROLES) callers.set(`${role} ${place}`, await callerWith(role, scopes[place]));
  }
});
afterAll(() => server.remove());

let aliasesMade = 0;

/** Of the key that the place asks for. Who deletes an alias deletes his own: no answer is about who came first. */
async function aliasOfItsOwn({ keyring, key, owner }: Readonly<Record<string, string>>): Promise<string> {
  const name = `alias-${++aliasesMade}`;
  const { status } = await call(server, owner, 'POST', `/api/v1/keyrings/${keyring}/aliases`, { name, key });
  if (status !== 201) throw new Error(`${name}: ${status}`);
  return name;
}

/** The body of a route, about what the place asks for. */
function bodyOf({ body, inBody, permission }: DescribedRoute, ids: Readonly<Record<string, string>>) {
  if (permission === 'binding.create') return { ...body, caller: ids['caller'], scope: { keyring: ids['keyring'] } };
  // For another than oneself it is the administrators'.
  if (permission === 'certificate.request') return { csr: body?.['csr'] };
  const fields = ['keyring', 'key', 'alias', 'ciphertext', 'caller', 'group'];
  const named = fields.filter((name) => inBody.includes(name)).map((name) => [name, ids[name]]);
  return body && { ...body, ...Object.fromEntries(named) };
}

/** One call. @returns what is wrong with its answer, if anything */
async function tried(route: DescribedRoute, role: string, place: Place): Promise<string | undefined> {
  const { about, roles } = table.get(route.permission ?? '') ?? { about: 'install', roles: new Set() };
  const common = asked.get(place) ?? {};
  const ids = route.permission === 'alias.delete' ? { ...common, alias: await aliasOfItsOwn(common) } : common;
  const address = `${addressOf(route, ids)}?${new URLSearchParams(route.query).toString()}`;
  const { status, body } = await call(
    server,
    callers.get(`${role} ${place}`),
    route.method,
    address,
    bodyOf(route, ids),
  );
  const isAllowed = status !== 401 && status !== 403;
  const isRefused = status === 403 && body.code === 'permission-denied';
  const isOfKey = route.path.includes('{key}');
  const otherwise = { 'key|ring': 'keyring', 'key|keys': 'keys' } as const;
  const where = about === 'key|ring' || about === 'key|keys' ? (isOfKey ? 'key' : otherwise[about]) : about;
  const shouldBe = roles.has(role) && WHERE[OF_THE_WHOLE_LOG.test(route.path) ? 'install' : where].includes(place);
  if (shouldBe ? isAllowed : isRefused) return undefined;
  const wanted = shouldBe ? 'allowed' : 'refused';
  return `${route.method} ${route.path} (${route.permission}) as ${role}, ${place}: ${status} ${body.code}, should be ${wanted}`;
}

it('has a line for every operation that a route is for, and no other', () => {
  const operations = new Set(routes.map(({ permission }) => permission ?? ''));
  expect([...table.keys()].toSorted()).toEqual([...operations].toSorted());
});

it('every role may do what the table says, where it says, and nothing else', async () => {
  const cells = routes.flatMap((route) => ROLES.flatMap((role) => PLACES.map((place) => ({ route, role, place }))));
  const wrong: string[] = [];
  for (let at = 0; at < cells.length; at += AT_ONCE) {
    const answers = cells.slice(at, at + AT_ONCE).map(({ route, role, place }) => tried(route, role, place));
    wrong.push(...(await Promise.all(answers)).filter((answer) => answer !== undefined));
  }
  expect(wrong).toEqual([]);
  expect(cells.length).toBeGreaterThan(4000);
  console.info(`permission matrix: ${cells.length} calls over HTTP, as the table says`);
});

it('what no role may do alone, somebody with two may', async () => {
  const both = await webhookAdminToken(server, tokens.admin);
  const ids = asked.get('everything') ?? {};
  const told = routes.filter(({ permission = '' }) =>
    ['webhook.create', 'webhook.redeliver', 'delivery.list'].includes(permission),
  );
  expect(told).toHaveLength(3);
  for (const route of told) {
    const ask = async (token: string | undefined) =>
      call(server, token, route.method, addressOf(route, ids), bodyOf(route, ids));
    expect([201, 404]).toContain((await ask(both)).status);
    const { status, body } = await ask(callers.get('administrator everything'));
    expect(status).toBe(403);
    expect(body.detail).toContain(`${route.permission} also needs audit.read`);
    expect(body.detail).toContain('bind auditor besides, or a role with both');
  }
});
