import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditRecord } from '../../src/audit/record.js';
import type { Arrival } from '../../src/operations/arrival.js';
import { decrypt } from '../../src/operations/crypto/decrypt.js';
import { encrypt } from '../../src/operations/crypto/encrypt.js';
import { createKeyring } from '../../src/operations/keyrings/create-keyring.js';
import { createKey } from '../../src/operations/keys/create-key.js';
import { rotateKey } from '../../src/operations/keys/rotate-key.js';
import { runMaintenance } from '../../src/operations/maintenance.js';
import { setKeyringPolicy } from '../../src/operations/policies/set-keyring-policy.js';
import { BY_POLICY } from '../../src/operations/rotation/by-policy.js';
import { lookAt, type Look } from '../../src/operations/rotation/look.js';
import type { ActionKind } from '../../src/rotation/due-action.js';
import { codeOf } from '../support/code-of.js';
import { makePostgresBed, type PostgresBed } from '../support/postgres-bed.js';

const DAY = 86_400_000;
const KEYS = 8;

let bed: PostgresBed;
let admin: Arrival;
let keyrings = 0;

beforeAll(async () => {
  bed = await makePostgresBed();
  admin = await bed.arriveAs('key-admin');
});
afterAll(() => bed.dispose());

/** A keyring with a policy. @returns its id and those of its keys */
async function governed(policy: object): Promise<readonly [keyring: string, keys: readonly string[]]> {
  const name = `ring-${++keyrings}`;
  const { output } = await bed.kms.change(createKeyring, { name }, await bed.arriveAs('administrator'));
  const keys: string[] = [];
  while (keys.length < KEYS) keys.push((await bed.kms.change(createKey, { keyring: name }, admin)).output.id);
  await bed.kms.change(setKeyringPolicy, { keyring: name, policy: { ...policy } }, admin);
  await runMaintenance(bed.kms, bed.deps);
  return [output.id, keys];
}

const recordsIn = (keyring: string) =>
  bed.deps.journal.query({ keyrings: [keyring], caller: 'system:rotation', limit: 100 });

const keysOf = (records: readonly AuditRecord[]) => records.map(({ key }) => String(key)).toSorted();

async function looksAt(keyring: string, keys: readonly string[]): Promise<Look[]> {
  return [...(await lookAt(bed.deps, keyring, keys)).values()] as Look[];
}

function doTo(kind: ActionKind, keyring: string, looks: readonly Look[]) {
  const arrival = bed.kms.arriveAsSystem('system:rotation', 'test');
  return bed.kms.change(BY_POLICY[kind], { keyring, looks }, arrival);
}

describe('keys of a keyring that are due together', () => {
  it('are changed in one transaction, with a record for each that tells of its own rows', async () => {
    const [keyring, keys] = await governed({ rotate: { every: '90d' } });
    bed.clock.advance(90 * DAY);
    expect(await runMaintenance(bed.kms, bed.deps)).toMatchObject({ applied: KEYS, failed: 0 });
    const records = await recordsIn(keyring);
    expect(keysOf(records)).toEqual(keys.toSorted());
    expect(new Set(records.map(({ detail }) => JSON.stringify(detail['heads']))).size).toBe(1);
    for (const { key, version, operation, outcome, detail } of records) {
      expect([operation, outcome, version]).toEqual(['key.rotate', 'success', 2]);
      expect(detail).toMatchObject({ policy: 'keyring', rule: 'rotate.every', from: 1 });
      const rows = detail['rows'] as readonly { readonly table: string; readonly id: string }[];
      const ids = rows.map(({ table, id }) => `${table} ${id}`);
      expect(ids.toSorted()).toEqual([`key ${key}`, `key_version ${key}/1`, `key_version ${key}/2`]);
    }
  });

  it('do not wait for one whose rows something else changed: that one is tried again later', async () => {
    const [keyring, [tampered, ...others]] = await governed({ rotate: { every: '90d' } });
    bed.clock.advance(90 * DAY);
    await bed.query(`update key_version set created_at = created_at - interval '1 day' where key_id = $1`, [tampered]);
    const rotated = async () => {
      const rows = await bed.query<{ id: string }>(
        `select id from key where keyring_id = $1 and version_count = 2 order by id`,
        [keyring],
      );
      return rows.map(({ id }) => id);
    };
    // The alarm stops the whole keyring for a moment.
    while ((await rotated()).length < others.length) {
      bed.clock.advance(60_000);
      await runMaintenance(bed.kms, bed.deps);
      await sleep(100);
    }
    expect(await rotated()).toEqual(others.toSorted());
    const done = (await recordsIn(keyring)).filter(({ outcome }) => outcome === 'success');
    expect(keysOf(done)).toEqual(others.toSorted());
    const [due] = await bed.query<{ failures: number }>('select failures from due_key where key_id = $1', [tampered]);
    expect(due?.failures).toBeGreaterThan(0);
    await bed.query(`update key_version set created_at = created_at + interval '1 day' where key_id = $1`, [tampered]);
  });

  it('are used meanwhile, and no use fails', async () => {
    const [keyring, keys] = await governed({ rotate: { every: '90d' } });
    const app = await bed.arriveAs('crypto-user');
    bed.clock.advance(90 * DAY);
    const over = new AbortController();
    const use = async (key: string) => {
      for (let uses = 0; !over.signal.aborted || uses === 0; uses++) {
        const plaintext = Buffer.from(`${key} ${uses}`);
        const { ciphertext } = await bed.kms.perform(encrypt, { keyring, key, plaintext }, app);
        const opened = await bed.kms.perform(decrypt, { keyring, ciphertext }, app);
        expect(opened.plaintext).toEqual(plaintext);
      }
    };
    const using = Promise.all(keys.map(use));
    await runMaintenance(bed.kms, bed.deps);
    over.abort();
    await using;
    expect(keysOf(await recordsIn(keyring))).toEqual(keys.toSorted());
  });

  it('are decided on as they are then: one that somebody rotated meanwhile is left out', async () => {
    const [keyring, keys] = await governed({ rotate: { every: '90d' } });
    bed.clock.advance(90 * DAY);
    const looks = await looksAt(keyring, keys);
    const [first = ''] = keys;
    await bed.kms.change(rotateKey, { keyring, key: first }, admin);
    const { output } = await doTo('rotate', keyring, looks);
    expect([...output].toSorted()).toEqual(keys.filter((key) => key !== first).toSorted());
    expect(await recordsIn(keyring)).toHaveLength(KEYS - 1);
  });

  it.each([
    ['rotate', { rotate: { every: '90d' } }],
    ['tell', { expire: { after: '91d' }, notify: { before: ['1d'] } }],
    ['disable', { expire: { after: '90d' } }],
  ] as const)('are not done the same twice by two nodes that both looked at them: %s', async (kind, policy) => {
    const [keyring, keys] = await governed(policy);
    bed.clock.advance(90 * DAY);
    const looks = await looksAt(keyring, keys);
    expect((await doTo(kind, keyring, looks)).output.size).toBe(KEYS);
    expect((await doTo(kind, keyring, looks)).output.size).toBe(0);
    expect(await codeOf(doTo(kind, keyring, looks.slice(0, 1)))).toBe('conflict');
    const done = (await recordsIn(keyring)).filter(({ outcome }) => outcome === 'success');
    expect(keysOf(done)).toEqual(keys.toSorted());
  });
});
