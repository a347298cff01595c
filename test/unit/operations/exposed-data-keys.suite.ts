import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRole } from '../../../src/operations/access/create-role.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { readAudit } from '../../../src/operations/audit/read-audit.js';
import { dataKeyPair } from '../../../src/operations/crypto/data-key-pair.js';
import { dataKey } from '../../../src/operations/crypto/data-key.js';
import { decrypt } from '../../../src/operations/crypto/decrypt.js';
import { encrypt } from '../../../src/operations/crypto/encrypt.js';
import { reEncrypt } from '../../../src/operations/crypto/re-encrypt.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import { setKeyPolicy } from '../../../src/operations/policies/set-key-policy.js';
import { listExposedDataKeys } from '../../../src/operations/versions/exposed-data-keys.js';
import { revokeVersion } from '../../../src/operations/versions/revoke-version.js';
import { codeOf } from '../../support/code-of.js';
import type { TestBed } from '../../support/test-bed.js';

const PLAINTEXT = Buffer.from('card 4711');

interface On {
  readonly keyring: string;
  readonly key: string;
}

/** Which data keys a compromised version exposes, wherever the records are. */
export function exposedDataKeysSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`data keys that a version exposes, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;
    let app: Arrival;
    let auditor: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('key-admin');
      app = await bed.arriveAs('crypto-user');
      auditor = await bed.arriveAs('auditor');
    });
    afterAll(() => bed.dispose());

    const create = async (): Promise<On> => {
      const keyring = 'default';
      return { keyring, key: (await bed.kms.change(createKey, { keyring }, admin)).output.id };
    };
    const rotate = (key: On) => bed.kms.change(rotateKey, key, admin);
    const exposed = async (key: On, version: number, by = auditor) =>
      (await bed.kms.perform(listExposedDataKeys, { ...key, version }, by)).items;
    const recordOf = async (key: On, operation: string) =>
      (await bed.kms.perform(readAudit, { key: key.key, operation, limit: 1 }, auditor)).items[0];

    it('are those that were issued under it, with who, when, for which request and which contexts', async () => {
      const key = await create();
      bed.clock.advance(1000);
      await bed.kms.perform(dataKey, { ...key, context: { order: '17', customer: 'c' } }, app);
      const at = new Date(bed.clock.now());
      await bed.kms.perform(encrypt, { ...key, plaintext: PLAINTEXT }, app);
      await rotate(key);
      await bed.kms.perform(dataKeyPair, { ...key, spec: 'ed25519' }, app);
      expect(await exposed(key, 1)).toEqual([
        {
          record: expect.any(String),
          at,
          operation: 'data-key',
          dataKeys: 1,
          caller: app.caller.id,
          callerName: app.caller.name,
          source: '127.0.0.1',
          requestId: app.requestId,
          context: ['order', 'customer'],
        },
      ]);
      expect(await exposed(key, 2)).toMatchObject([{ operation: 'data-key-pair', dataKeys: 1, context: null }]);
    });

    it('also those of a batch, without what failed in it', async () => {
      const key = await create();
      const inputs = [{ context: { a: '' } }, { context: { b: '' } }, { bytes: 0 }].map((one) => ({ ...key, ...one }));
      await bed.kms.performBatch(dataKey, inputs, app);
      expect(await exposed(key, 1)).toMatchObject([{ operation: 'data-key', dataKeys: 2, context: ['a', 'b'] }]);
      await bed.kms.performBatch(
        dataKey,
        [
          { ...key, bytes: 0 },
          { ...key, bytes: 0 },
        ],
        app,
      );
      expect(await codeOf(bed.kms.perform(dataKey, { ...key, bytes: 0 }, app))).toBe('invalid-request');
      expect(await exposed(key, 1)).toHaveLength(1);
    });

    it('also those of a batch that met several versions', async () => {
      const key = await create();
      await rotate(key);
      const record = { ...(await bed.kms.perform(dataKey, key, app)), key };
      expect(record.version).toBe(2);
      const inputs = [{ ...key, version: 1 }, key, { ...key, version: 2 }];
      await bed.kms.performBatch(dataKey, inputs, app);
      expect(await recordOf(key, 'data-key')).toMatchObject({
        version: null,
        detail: { versions: [1, 2], dataKeys: 2 },
      });
      expect((await exposed(key, 2)).map(({ dataKeys }) => dataKeys)).toEqual([2, 1]);
    });

    it('also older ones that were moved to it; messages are none', async () => {
      const key = await create();
      const { ciphertext } = await bed.kms.perform(dataKey, { ...key, plaintext: false }, app);
      const message = await bed.kms.perform(encrypt, { ...key, plaintext: PLAINTEXT }, app);
      await rotate(key);
      await bed.kms.perform(reEncrypt, { ...key, ciphertext: message.ciphertext }, app);
      expect(await exposed(key, 2)).toEqual([]);
      await bed.kms.perform(reEncrypt, { ...key, ciphertext }, app);
      const both = [ciphertext, message.ciphertext, ciphertext].map((one) => ({ ...key, ciphertext: one }));
      await bed.kms.performBatch(reEncrypt, both, app);
      expect(await exposed(key, 2)).toMatchObject([
        { operation: 're-encrypt', dataKeys: 2 },
        { operation: 're-encrypt', dataKeys: 1 },
      ]);
    });

    it('are shown page by page, newest first, to those who look after keys', async () => {
      const key = await create();
      for (let times = 0; times < 3; times++) await bed.kms.perform(dataKey, key, app);
      const page = (cursor?: string) =>
        bed.kms.perform(listExposedDataKeys, { ...key, version: 1, limit: 2, ...(cursor && { cursor }) }, admin);
      const first = await page();
      const second = await page(first.nextCursor ?? '');
      const ids = [...first.items, ...second.items].map(({ record }) => record);
      expect(ids).toEqual(ids.toSorted().toReversed());
      expect([first.items.length, second.items.length, second.nextCursor]).toEqual([2, 1, null]);
      expect(await codeOf(exposed(key, 1, app))).toBe('permission-denied');
      expect(await codeOf(exposed(key, 2))).toBe('version-not-found');
    });

    it('and what is moved from a compromised version in a batch is marked, in answers and on record', async () => {
      const administrator = await bed.arriveAs('administrator');
      const permissions = ['encrypt', 'decrypt', 're-encrypt', 'decrypt.compromised'];
      await bed.kms.change(createRole, { name: 'mover', permissions }, administrator);
      const mover = await bed.arriveAs('mover');
      const key = await create();
      const { ciphertext } = await bed.kms.perform(encrypt, { ...key, plaintext: PLAINTEXT }, app);
      const policy = { revoke: { compromised: 'decrypt-only' } };
      await bed.kms.change(setKeyPolicy, { ...key, policy }, admin);
      await bed.kms.change(revokeVersion, { ...key, version: 1, reason: 'compromised' }, admin);
      const forged = Buffer.from(ciphertext);
      forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
      const inputs = [ciphertext, forged].map((one) => ({ ...key, ciphertext: one }));
      const [moved, refused] = await bed.kms.performBatch(reEncrypt, inputs, mover);
      expect(moved).toMatchObject({ output: { version: 2, sourceVersion: 1, authentic: false } });
      expect(refused).toMatchObject({ error: { code: 'invalid-ciphertext' } });
      expect(await recordOf(key, 're-encrypt')).toMatchObject({
        outcome: 'success',
        detail: { authentic: false, failed: 1, failures: [{ item: 1, code: 'invalid-ciphertext' }] },
      });
      await bed.kms.performBatch(reEncrypt, inputs, app);
      const [byApp] = (await bed.kms.perform(readAudit, { key: key.key, caller: app.caller.id, limit: 1 }, auditor))
        .items;
      expect(byApp).toMatchObject({ outcome: 'error', code: 'version-revoked' });
      const opened = bed.kms.performBatch(
        decrypt,
        [
          { keyring: 'default', ciphertext },
          { keyring: 'default', ciphertext },
        ],
        mover,
      );
      expect(await opened).toMatchObject([{ output: { authentic: false } }, { output: { authentic: false } }]);
      expect((await recordOf(key, 'decrypt'))?.detail).toMatchObject({ authentic: false, items: 2 });
    });
  });
}
