import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { KeysteadClient } from '../../src/client/client.js';
import { call, Server, type Tokens } from '../support/server.js';

/** What the guide's table promises of each example that time alone brings about; the keys have versions that can end. */
const RULES: readonly (readonly [example: string, rule: string])[] = [
  ['{"rotate": {"every": "90d"}}', 'rotate.every'],
  ['{"rotate": {"cron": "0 3 1 * *", "timeZone": "Europe/Berlin"}}', 'rotate.cron'],
  [
    '{"rotate": {"every": "90d", "window": {"days": ["sat", "sun"], "from": "02:00", "to": "05:00"}, "spread": "2h"}}',
    'rotate.every',
  ],
  ['{"retire": {"after": "400d"}}', 'retire.after'],
  ['{"retire": {"unused": "90d"}}', 'retire.unused'],
  ['{"destroy": {"after": "30d", "keepVersions": 3}}', 'destroy.after'],
  ['{"expire": {"at": "2030-01-31T00:00:00Z"}}', 'expire.at'],
  ['{"expire": {"after": "730d"}}', 'expire.after'],
  ['{"unused": {"after": "180d"}}', 'unused.after'],
];

let server: Server;
let tokens: Tokens;
let admin: KeysteadClient;
let examples: readonly string[];

beforeAll(async () => {
  server = await Server.start({ env: { KEYSTEAD_TEST_CLOCK: '1' } });
  tokens = await server.tokens();
  admin = new KeysteadClient({ url: server.url, token: tokens.keyAdmin });
  const guide = await readFile('docs/guides/policies.md', 'utf8');
  const rules = guide.slice(guide.indexOf('## The rules'), guide.indexOf('## Credentials'));
  examples = [...rules.matchAll(/`(\{".*?\}\})`/g)].map(([, example = '']) => example);
});
afterAll(async () => server.remove());

it('the examples of the guide are policies that the service takes', async () => {
  expect(examples).toHaveLength(RULES.length + 4);
  for (const example of examples) {
    const { id } = await admin.keys.create({});
    expect(await call(server, tokens.keyAdmin, 'PUT', pathOf(id), JSON.parse(example))).toMatchObject({ status: 200 });
  }
});

it('they do what the guide says, and the audit log shows it', async () => {
  expect(examples).toEqual(expect.arrayContaining(RULES.map(([example]) => example)));
  const keys: string[] = [];
  for (const [example] of RULES) {
    const { id } = await admin.keys.create({});
    for (let times = 0; times < 3; times += 1) await admin.keys.rotate(id);
    if (example.includes('destroy')) await admin.versions.retire(id, 1);
    await call(server, tokens.keyAdmin, 'PUT', pathOf(id), JSON.parse(example));
    keys.push(id);
  }
  let now = 0;
  for (const advance of ['100d', '400d', '800d']) now = await move(advance);
  await move(`${minutesUntilSaturday(now)}m`);
  const auditor = new KeysteadClient({ url: server.url, token: tokens.auditor });
  for (const [index, key] of keys.entries()) {
    const { items } = await auditor.audit.records({ key, caller: 'system:rotation' });
    const [example, rule] = RULES[index] ?? [];
    expect({ example, details: items.map(({ detail }) => detail) }).toMatchObject({
      example,
      details: expect.arrayContaining([expect.objectContaining({ rule, policy: 'key', dueAt: expect.any(String) })]),
    });
  }
});

/** @returns the engine's time after it, in milliseconds since the epoch */
async function move(advance: string): Promise<number> {
  const { body } = await call(server, tokens.admin, 'POST', '/api/v1/test/clock', { advance });
  expect(body).toMatchObject({ failed: 0, now: expect.any(String) });
  return Date.parse(String(body['now']));
}

/** At half past four (UTC): in the window of the example, and behind its spread. */
function minutesUntilSaturday(now: number): number {
  const saturday = new Date(now);
  saturday.setUTCDate(saturday.getUTCDate() + 7 - ((saturday.getUTCDay() + 1) % 7));
  saturday.setUTCHours(4, 30);
  return Math.ceil((saturday.getTime() - now) / 60_000);
}

function pathOf(key: string): string {
  return `/api/v1/keyrings/default/keys/${key}/policy`;
}
