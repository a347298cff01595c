import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { uuidv7 } from '../../src/keys/uuid.js';
import type { CampaignRow } from '../../src/rotation/records.js';
import { DATA_KEYS_SQL } from '../../src/storage/audit/postgres-journal.js';
import { campaignIdsStatement } from '../../src/storage/ledger/list-campaigns.js';
import { PostgresMaintenanceStore, QUIET_CAMPAIGNS_SQL } from '../../src/storage/postgres-maintenance-store.js';
import { PostgresInstall } from '../support/postgres-install.js';
import { sampleKey } from '../support/sample-key.js';

const NOW = new Date('2030-01-01T00:00:00Z');
const DAY = 86_400_000;
const integrityFailure = expect.objectContaining({ code: 'integrity-failure' }) as unknown;

let install: PostgresInstall;
let sql: Client;
let keyringId: string;
let names = 0;

beforeAll(async () => {
  install = await PostgresInstall.make();
  sql = new Client({ connectionString: install.database.url });
  await sql.connect();
  keyringId = (await install.first.ledger.install()).keyringsByName.get('default')?.id ?? '';
});
afterAll(async () => {
  await sql.end();
  await install.close();
});

async function makeCampaign(changes: Partial<CampaignRow> = {}): Promise<CampaignRow> {
  const [key, versions] = sampleKey(keyringId, `moved-${++names}`);
  const row = {
    id: uuidv7(),
    keyringId,
    keyId: key.id,
    fromVersions: [1, 2],
    toVersion: 3,
    quietMs: 7 * DAY,
    usesBefore: 0,
    oldUsesBefore: 0,
    state: 'open',
    rewrapped: 0,
    skipped: 0,
    failed: 0,
    reportedAt: null,
    reportedBy: null,
    startedAt: new Date(NOW.getTime() - 30 * DAY),
    startedBy: uuidv7(),
    endedAt: null,
    endedBy: null,
    ...changes,
  } as const;
  await install.first.ledger.change([keyringId], async (change) => {
    change.putKey(key, versions);
    change.put('campaign', row);
  });
  return { ...row, revision: 0 };
}

const find = async (id: string) => (await install.first.ledger.listCampaigns({ id, limit: 1 }))[0];
const use = (keyId: string, version: number, usedAt: Date) =>
  sql.query(`insert into key_use values ($1, $2, 0, 1, 0, 0, 0, 0, $3, 'somebody')`, [keyId, version, usedAt]);
const planOf = async (statement: string) =>
  (await sql.query<{ 'QUERY PLAN': string }>(`explain ${statement}`)).rows.map((row) => row['QUERY PLAN']).join('\n');

const inlined = ({ sql: text, values }: ReturnType<typeof campaignIdsStatement>) =>
  text.replaceAll(/\$(\d+)/g, (_, at: string) => {
    const value = values[Number(at) - 1];
    return Array.isArray(value) ? `'{${value.join(',')}}'` : `'${String(value)}'`;
  });

const quiet = async () => {
  const store = new PostgresMaintenanceStore(install.first.database.changes);
  return (await store.quietCampaigns(NOW, 100)).map(({ id }) => id);
};

describe('campaigns that are quiet', () => {
  it('are open ones that are old enough, of whose old versions none was used since', async () => {
    const wanted = await makeCampaign();
    const before = await makeCampaign();
    await use(before.keyId, 2, new Date(NOW.getTime() - 7 * DAY));
    const newer = await makeCampaign();
    await use(newer.keyId, 3, NOW);
    const used = await makeCampaign();
    await use(used.keyId, 2, new Date(NOW.getTime() - 7 * DAY + 1));
    const others = [
      used,
      await makeCampaign({ startedAt: new Date(NOW.getTime() - 7 * DAY + 1) }),
      await makeCampaign({ state: 'cancelled' }),
    ];
    const found = await quiet();
    expect(found).toEqual(expect.arrayContaining([wanted.id, before.id, newer.id]));
    for (const { id } of others) expect(found).not.toContain(id);
  });

  it('are found by an index, also among many that have ended', async () => {
    await sql.query(`create table many as select * from campaign limit 1`);
    await sql.query(`alter table campaign disable trigger campaign_changed`);
    await sql.query(`insert into campaign select keyring_id, gen_random_uuid(), key_id, from_versions, to_version, quiet_ms,
      0, 0, 'closed', 0, 0, 0, null, null, started_at, started_by, null, null, 0, tag from many, generate_series(1, 20000)`);
    await sql.query('analyze campaign');
    try {
      const plan = await planOf(QUIET_CAMPAIGNS_SQL.replaceAll('$1', `'2030-01-01'`).replace('$2', '50'));
      expect(plan).toMatch(/campaign_open/);
      expect(plan).not.toContain('Seq Scan on campaign');
      const ring = { keyringIds: [keyringId, uuidv7()] };
      const one = { keyId: uuidv7() };
      for (const query of [
        {},
        ring,
        one,
        { state: 'open' },
        { ...ring, state: 'open' },
        { ...one, state: 'open' },
      ] as const) {
        const page = await planOf(inlined(campaignIdsStatement({ ...query, before: uuidv7(), limit: 10 })));
        expect(page).toMatch(/Index (Only )?Scan/);
        expect(page).not.toMatch(/Seq Scan on campaign|Bitmap/);
      }
    } finally {
      await sql.query(`delete from campaign where revision = 0`);
      await sql.query(`alter table campaign enable trigger campaign_changed`);
      await sql.query('drop table many');
    }
  });
});

it('data keys of a version are found by an index', async () => {
  const key = uuidv7();
  await sql.query(`insert into audit_record (index, at, key, version, start, length, caller, operation, outcome, door, data_key_versions)
    select 1000000 + n, now(), '${key}', n % 3, 0, 0, 'c', 'data-key', 'success', 'rest', case n % 2 when 0 then array[n % 3] end
    from generate_series(1, 20000) n`);
  await sql.query('analyze audit_record');
  const values = [`'${key}'::uuid`, '1', 'null', '100'];
  const plan = await planOf(values.reduce((text, value, at) => text.replaceAll(`$${at + 1}`, value), DATA_KEYS_SQL));
  expect(plan.match(/audit_record_data_key/g)?.length).toBe(2);
  expect(plan).not.toContain('Seq Scan');
});

describe('a campaign that something else changed', () => {
  afterEach(async () => {
    for (;;) {
      const read = await install.first.ledger.findKey(keyringId, uuidv7()).catch(() => 'failing');
      if (read === undefined) return;
      await sleep(50);
    }
  });

  it.each([
    ['is about another key', `key_id = gen_random_uuid()`],
    ['is about other versions', `from_versions = '{1}'`],
    ['was opened again', `state = 'open', ended_at = null`],
    ['claims what nobody reported', `rewrapped = 1000`],
    ['was moved to another keyring', `keyring_id = gen_random_uuid()`],
  ])('and %s is shown to nobody', async (_what, change) => {
    const { id } = await makeCampaign({ state: 'closed' });
    expect(await find(id)).toMatchObject({ id, state: 'closed' });
    await sql.query('create table kept as select * from campaign');
    await sql.query(`update campaign set ${change} where id = '${id}'`);
    try {
      await expect(find(id)).rejects.toEqual(integrityFailure);
    } finally {
      await sql.query('delete from campaign; insert into campaign select * from kept; drop table kept');
    }
  });

  it('and was deleted stops its keyring, on nodes that knew it and on new ones', async () => {
    const { id } = await makeCampaign();
    await sql.query('create table kept as select * from campaign');
    await sql.query(`delete from campaign where id = '${id}'`);
    try {
      const node = await install.openNode();
      await expect(node.ledger.findKey(keyringId, uuidv7())).rejects.toEqual(integrityFailure);
      await node.close();
      const noticed = async () =>
        install.first.ledger.findKey(keyringId, uuidv7()).then(
          () => false,
          () => true,
        );
      while (!(await noticed())) await sleep(20);
    } finally {
      await sql.query('delete from campaign; insert into campaign select * from kept; drop table kept');
    }
  });
});
