import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { KeyQuery } from '../../src/ledger/ledger.js';
import { openDataSource } from '../../src/storage/data-source.js';
import { listKeyIds } from '../../src/storage/ledger/list-keys.js';
import { migrate } from '../../src/storage/migrate.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const KEYS = 100_000;
/** So many of them are of another kind. */
const RARE = 10;
const PORTION = 10_000;
/** Rows that one page may look at: those it answers, and some. */
const MOST_READ = 2000;

describe(`a keyring of ${KEYS.toLocaleString('en')} keys`, () => {
  const keyringId = randomUUID();
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase({ template: migrate });
    // One connection: the one whose reading is counted.
    dataSource = await openDataSource(database.url, 1);
    await dataSource.query('alter table key disable trigger user');
    // Lists verify nothing of the ids they find: the tags of these rows are no tags.
    for (let from = 1; from <= KEYS; from += PORTION) await insertKeys(from, from + PORTION - 1);
    await dataSource.query('analyze key');
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  async function insertKeys(from: number, to: number): Promise<void> {
    await dataSource.query(
      `insert into key (id, keyring_id, name, description, spec, usage, state, exportable, origin, published, tags,
         lineage_id, primary_version, version_count, versions_digest, created_at, rotated_at, revision, tag)
       select ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, $1, case when rare then 'rare-' else 'orders-' end || i, '',
         case when rare then 'ecc-p521' else 'aes-256-xaes' end,
         case when rare then 'key-agreement' else 'encrypt-decrypt' end,
         case when rare then 'disabled' else 'enabled' end, false, 'generated', rare,
         case when rare then '{"rare": "yes"}' else '{"env": "prod"}' end::jsonb,
         gen_random_uuid(), 1, 1, '', case when rare then timestamptz '2020-01-01' else now() end, null, i, ''
       from (select i, i % ${KEYS / RARE} = 0 as rare from generate_series($2::integer, $3::integer) as i) as numbered`,
      [keyringId, from, to],
    );
  }

  const list = (query: Omit<KeyQuery, 'limit'>) =>
    listKeyIds(dataSource, keyringId, { ...query, limit: 101 }, Date.now());

  /** Rows of the table and entries of its indexes that were read so far. */
  async function rowsRead(): Promise<number> {
    await dataSource.query('select pg_stat_force_next_flush()');
    const [counted] = await dataSource.query<{ read: string }[]>(
      `select (select seq_tup_read from pg_stat_user_tables where relname = 'key')
         + (select sum(idx_tup_read) from pg_stat_user_indexes where relname = 'key') as read`,
    );
    return Number(counted?.read);
  }

  it.each<[name: string, query: Omit<KeyQuery, 'limit'>, found: number]>([
    ['nothing', {}, 101],
    ['a common state', { state: 'enabled' }, 101],
    ['a rare state', { state: 'disabled' }, RARE],
    ['a state of none', { state: 'pending-import' }, 0],
    ['a common spec', { spec: 'aes-256-xaes' }, 101],
    ['a rare spec', { spec: 'ecc-p521' }, RARE],
    ['a rare usage', { usage: 'key-agreement' }, RARE],
    ['a common tag', { tag: { name: 'env' } }, 101],
    ['a rare tag', { tag: { name: 'rare' } }, RARE],
    ['a rare tag and its value', { tag: { name: 'rare', value: 'yes' } }, RARE],
    ['a tag of none', { tag: { name: 'env', value: 'test' } }, 0],
    ['a common name', { namePrefix: 'orders-' }, 101],
    ['a rare name', { namePrefix: 'rare-' }, RARE],
    ['a name of none', { namePrefix: 'zz' }, 0],
    ['a rotation due for few', { rotatedBefore: new Date('2021-01-01') }, RARE],
    ['a rotation due for none', { rotatedBefore: new Date('2000-01-01') }, 0],
    ['publication', { published: true, state: 'enabled', usage: 'sign-verify' }, 0],
  ])('is listed by %s without reading it whole', async (_, query, found) => {
    const before = await rowsRead();
    expect(await list(query)).toHaveLength(found);
    expect((await rowsRead()) - before).toBeLessThan(MOST_READ);
  });
});
