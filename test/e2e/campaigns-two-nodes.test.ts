import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLocalRootKey } from '../../src/roots/local/create-local-root-key.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { makeCallers } from '../support/make-callers.js';
import { call, Server, type Tokens } from '../support/server.js';

const CAMPAIGNS = '/api/v1/campaigns';
const HOW_MANY = 5;

let database: TestDatabase;
let one: Server;
let two: Server;
let tokens: Tokens;

/** Two processes on one PostgreSQL, each with its own schedule. */
beforeAll(async () => {
  database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'keystead-nodes-'));
  await createLocalRootKey(join(dataDir, 'root.key'));
  const external = { dataDir, databaseUrl: database.url, env: { KEYSTEAD_ROOT_KEY: 'local:' } };
  one = await Server.start(external);
  two = await Server.start(external);
  tokens = await makeCallers(one, (await readFile(join(dataDir, 'bootstrap-token'), 'utf8')).trim());
});
afterAll(async () => {
  await two.stop();
  await one.remove();
  await database.drop();
});

it('campaigns that are quiet are closed once each, whatever the number of nodes; what one node reports the other shows', async () => {
  const ids: string[] = [];
  const counts = { rewrapped: 7, skipped: 0, failed: 0 };
  for (let made = 0; made < HOW_MANY; made++) {
    const key = await call(one, tokens.keyAdmin, 'POST', '/api/v1/keyrings/default/keys', {});
    await call(one, tokens.keyAdmin, 'POST', `/api/v1/keyrings/default/keys/${key.body.id}/rotate`);
    const body = { keyring: 'default', key: key.body.id, from: [1], quiet: '10s' };
    const campaign = await call(made % 2 ? one : two, tokens.keyAdmin, 'POST', CAMPAIGNS, body);
    expect(campaign.status).toBe(201);
    ids.push(campaign.body.id);
    // At once: it is closed soon.
    await call(one, tokens.app, 'POST', `${CAMPAIGNS}/${campaign.body.id}/report`, counts);
    expect((await call(two, tokens.app, 'GET', `${CAMPAIGNS}/${campaign.body.id}`)).body).toMatchObject(counts);
  }

  const stateOf = async (id: string) => (await call(two, tokens.app, 'GET', `${CAMPAIGNS}/${id}`)).body.state;
  for (const id of ids) while ((await stateOf(id)) === 'open') await sleep(500);
  const { body } = await call(two, tokens.auditor, 'GET', '/api/v1/audit/records?operation=campaign.close&limit=100');
  const closed = body.items.map(({ caller, outcome, detail }: Record<string, { campaign: string }>) => ({
    caller,
    outcome,
    campaign: detail?.campaign,
  }));
  const wanted = ids.map((campaign) => ({ caller: 'system:rotation', outcome: 'success', campaign }));
  expect(closed).toHaveLength(HOW_MANY);
  expect(closed).toEqual(expect.arrayContaining(wanted));
});
