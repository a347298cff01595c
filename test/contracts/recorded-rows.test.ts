import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Arrival } from '../../src/operations/arrival.js';
import { encrypt } from '../../src/operations/crypto/encrypt.js';
import { createKey } from '../../src/operations/keys/create-key.js';
import { rotateKey } from '../../src/operations/keys/rotate-key.js';
import { runMaintenance } from '../../src/operations/maintenance.js';
import { setKeyPolicy } from '../../src/operations/policies/set-key-policy.js';
import { revokeVersion } from '../../src/operations/versions/revoke-version.js';
import { recordedRevision } from '../../src/storage/ledger/recorded-revision.js';
import { makePostgresBed, type PostgresBed } from '../support/postgres-bed.js';

const DAY = 86_400_000;

let bed: PostgresBed;
let admin: Arrival;

beforeAll(async () => {
  bed = await makePostgresBed();
  admin = await bed.arriveAs('key-admin');
});
afterAll(() => bed.dispose());

const govern = async (policy: object) => {
  const { output } = await bed.kms.change(createKey, { keyring: 'default' }, admin);
  const key = { keyring: 'default', key: output.id };
  await bed.kms.change(setKeyPolicy, { ...key, policy: { ...policy } }, admin);
  return key;
};

const records = () => bed.deps.journal.query({ order: 'oldest', limit: 10_000 });

/** In how many records each row is that there is now: by its tag, which no other row has. */
async function timesRecorded(): Promise<{ name: string; times: number }[]> {
  const recorded = (await records()).flatMap(
    ({ detail }) => (detail['rows'] ?? []) as { table: string; tag: string }[],
  );
  const rows = await bed.query<{ name: string; tag: string }>(
    ['key', 'key_version', 'policy', 'campaign']
      .map((table) => `select '${table}' as name, encode(tag, 'base64') as tag from ${table}`)
      .join(' union all '),
  );
  return rows.map(({ name, tag }) => ({
    name,
    times: recorded.filter((row) => row.table === name && row.tag === tag).length,
  }));
}

it('of a change with several records each sealed row is in one of them, and all speak of the new revision', async () => {
  const key = await govern({ revoke: { compromised: 'decrypt-only', campaign: true } });
  await bed.kms.perform(encrypt, { ...key, plaintext: Buffer.from('x') }, await bed.arriveAs('crypto-user'));
  await bed.kms.change(rotateKey, key, admin);
  await bed.kms.change(revokeVersion, { ...key, version: 1, reason: 'compromised' }, admin);
  const [head] = await bed.query<{ revision: string }>('select revision from head where scope_id = $1', [
    bed.keyringId,
  ]);
  const spoken = (await records()).filter(
    ({ detail }) => (detail['heads'] as Record<string, number> | undefined)?.[bed.keyringId] === Number(head?.revision),
  );
  expect(spoken.map(({ operation }) => operation).toSorted()).toEqual(['campaign.start', 'version.revoke']);

  const keys = [await govern({ rotate: { every: '30d' } }), await govern({ rotate: { every: '30d' } })];
  bed.clock.advance(30 * DAY);
  expect(await runMaintenance(bed.kms, bed.deps)).toMatchObject({ applied: keys.length, failed: 0 });

  const rows = await timesRecorded();
  expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(['key', 'key_version', 'policy', 'campaign']));
  expect(rows.filter(({ times }) => times !== 1)).toEqual([]);
});

it('the newest records of a keyring speak of the revision that it has, so that one put back as it was is noticed', async () => {
  const [head] = await bed.query<{ revision: string }>('select revision from head where scope_id = $1', [
    bed.keyringId,
  ]);
  expect(await recordedRevision(bed, bed.keyringId)).toBe(Number(head?.revision));
});
