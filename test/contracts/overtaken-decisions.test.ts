import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { disableCaller } from '../../src/operations/access/disable-caller.js';
import type { Arrival } from '../../src/operations/arrival.js';
import { KmsError } from '../../src/errors.js';
import { encrypt } from '../../src/operations/crypto/encrypt.js';
import { createKey } from '../../src/operations/keys/create-key.js';
import { disableKey } from '../../src/operations/keys/disable-key.js';
import { codeOf } from '../support/code-of.js';
import { makePostgresBed } from '../support/postgres-bed.js';
import { PostgresInstall } from '../support/postgres-install.js';
import { sampleKey } from '../support/sample-key.js';
import type { TestBed } from '../support/test-bed.js';

describe('a decision that is overtaken before its record is durable', () => {
  let bed: TestBed;
  let admin: Arrival;
  let keyAdmin: Arrival;

  beforeAll(async () => {
    bed = await makePostgresBed();
    admin = await bed.arriveAs('administrator');
    keyAdmin = await bed.arriveAs('key-admin');
  });
  afterAll(() => bed.dispose());

  const newKey = async (arrival = keyAdmin) =>
    (await bed.kms.change(createKey, { keyring: 'default', name: `key-${randomUUID().slice(-12)}` }, arrival)).output;

  /** What became of its encryptions, the newest first. */
  async function recordsOf({ caller }: Arrival) {
    const records = await bed.deps.journal.query({ caller: caller.id, operation: 'encrypt', limit: 10 });
    return records.map(({ outcome, code, detail }) => [outcome, code, detail['decision']]);
  }

  /** Runs the work as soon as a record of the operation is about to be appended, once: this node knows of it before the append returns. */
  function overtake(operation: string, work: () => Promise<unknown>): void {
    const { journal } = bed.deps;
    const append: typeof journal.append = async (record, scopes) => {
      if (record.operation === operation && bed.deps.journal !== journal) {
        Object.assign(bed.deps, { journal });
        await work();
      }
      return journal.append(record, scopes);
    };
    Object.assign(bed.deps, { journal: { append, query: journal.query.bind(journal) } });
  }

  it('is made again, and numbered: the key was disabled', async () => {
    const { id } = await newKey();
    const user = await bed.arriveAs('crypto-user', { everything: true }, `user-${randomUUID().slice(-12)}`);
    const call = { keyring: 'default', key: id, plaintext: Buffer.from('late') };
    expect(await codeOf(bed.kms.perform(encrypt, call, user))).toBe('none');
    overtake('encrypt', () => bed.kms.change(disableKey, { keyring: 'default', key: id }, keyAdmin));
    expect(await codeOf(bed.kms.perform(encrypt, call, user))).toBe('key-disabled');
    expect(await recordsOf(user)).toEqual([
      ['error', 'key-disabled', 2],
      ['success', null, undefined],
      ['success', null, undefined],
    ]);
  });

  it('is made again: the caller was disabled', async () => {
    const { id } = await newKey();
    const user = await bed.arriveAs('crypto-user');
    const call = { keyring: 'default', key: id, plaintext: Buffer.from('late') };
    expect(await codeOf(bed.kms.perform(encrypt, call, user))).toBe('none');
    overtake('encrypt', () => bed.kms.change(disableCaller, { caller: user.caller.id }, admin));
    expect(await codeOf(bed.kms.perform(encrypt, call, user))).toBe('unauthenticated');
  });

  it('is made again: who repeats a call was disabled', async () => {
    const again = await bed.arriveAs('key-admin', { everything: true }, 'once');
    const input = { keyring: 'default', name: 'made-once' };
    const made = await bed.kms.change(createKey, input, again);
    expect((await bed.kms.change(createKey, input, again)).output.id).toBe(made.output.id);
    overtake('key.create', () => bed.kms.change(disableCaller, { caller: again.caller.id }, admin));
    expect(await codeOf(bed.kms.change(createKey, input, again))).toBe('unauthenticated');
  });

  it('is not made again where there was none: the database was away, and that is on record', async () => {
    const { id } = await newKey();
    const user = await bed.arriveAs('crypto-user', { everything: true }, `user-${randomUUID().slice(-12)}`);
    const { ledger } = bed.deps;
    const findKey = () => {
      Reflect.deleteProperty(ledger, 'findKey');
      return Promise.reject(new KmsError('database-unavailable', 'away'));
    };
    Object.assign(ledger, { findKey });
    overtake('encrypt', () => bed.kms.change(disableKey, { keyring: 'default', key: id }, keyAdmin));
    const call = { keyring: 'default', key: id, plaintext: Buffer.from('late') };
    expect(await codeOf(bed.kms.perform(encrypt, call, user))).toBe('database-unavailable');
    expect(await recordsOf(user)).toEqual([['error', 'database-unavailable', undefined]]);
  });

  it('is no answer, and on record as none: what overtook it could not be verified', async () => {
    const { id } = await newKey();
    const user = await bed.arriveAs('crypto-user', { everything: true }, `user-${randomUUID().slice(-12)}`);
    const { ledger } = bed.deps;
    Object.assign(ledger, {
      isBehind: () => true,
      refresh: () => Promise.reject(new KmsError('integrity-failure', 'it was changed from outside')),
    });
    const call = { keyring: 'default', key: id, plaintext: Buffer.from('late') };
    try {
      expect(await codeOf(bed.kms.perform(encrypt, call, user))).toBe('integrity-failure');
    } finally {
      Reflect.deleteProperty(ledger, 'isBehind');
      Reflect.deleteProperty(ledger, 'refresh');
    }
    expect(await recordsOf(user)).toEqual([
      ['error', 'integrity-failure', 2],
      ['success', null, undefined],
    ]);
  });
});

describe('an alias that moves while it is looked up', () => {
  it('is not remembered as it was', async () => {
    const install = await PostgresInstall.make();
    try {
      const { ledger, database } = install.first;
      const keyringId = (await ledger.install()).keyringsByName.get('default')?.id ?? '';
      const pointAt = (keyId: string) =>
        ledger.change([keyringId], async (change) =>
          change.put('alias', { keyringId, name: 'current', keyId, createdAt: new Date(0) }),
        );
      const [[before, beforeVersions], [after, afterVersions]] = [
        sampleKey(keyringId, 'one'),
        sampleKey(keyringId, 'two'),
      ];
      await ledger.change([keyringId], async (change) => {
        change.putKey(before, beforeVersions);
        change.putKey(after, afterVersions);
      });
      await pointAt(before.id);

      const { reads } = database;
      const query = reads.query.bind(reads);
      let moved = false;
      const moving = async (text: string, values: unknown[]) => {
        if (!moved && text.includes('any($2')) {
          moved = true;
          await pointAt(after.id);
        }
        return query(text, values);
      };
      Object.assign(reads, { query: moving });
      await ledger.findKey(keyringId, 'current');
      expect(moved).toBe(true);
      expect((await ledger.findKey(keyringId, 'current'))?.key.id).toBe(after.id);
    } finally {
      await install.close();
    }
  });
});
