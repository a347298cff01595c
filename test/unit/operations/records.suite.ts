import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { leafHash, nodeHash } from '../../../src/audit/merkle-hash.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { hashContext } from '../../../src/operations/audit/hash-context.js';
import { readAudit } from '../../../src/operations/audit/read-audit.js';
import { permissionDenied } from '../../../src/operations/authorise.js';
import { decrypt } from '../../../src/operations/crypto/decrypt.js';
import { encrypt } from '../../../src/operations/crypto/encrypt.js';
import { reEncrypt } from '../../../src/operations/crypto/re-encrypt.js';
import { updateSettings } from '../../../src/operations/governance/update-settings.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import { codeOf } from '../../support/code-of.js';
import type { TestBed } from '../../support/test-bed.js';

/** Of an item of a batch under version 1. */
function leafOf(item: number, code: string | null): Buffer {
  return leafHash(Buffer.from(`{"code":${JSON.stringify(code)},"detail":{},"item":${item},"version":1}`));
}

/** What is found on record of a key, wherever the records are. */
export function recordsSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`records of a key, ${place}`, () => {
    const keyring = 'default';
    const plaintext = Buffer.from('attack at dawn');
    let bed: TestBed;
    let admin: Arrival;
    let administrator: Arrival;
    let app: Arrival;
    let auditor: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('key-admin');
      administrator = await bed.arriveAs('administrator');
      app = await bed.arriveAs('crypto-user');
      auditor = await bed.arriveAs('auditor');
    });
    afterAll(() => bed.dispose());

    let names = 0;
    const newKey = async () =>
      (await bed.kms.change(createKey, { keyring, name: `recorded-${++names}` }, admin)).output;
    const seal = async (key: string) => (await bed.kms.perform(encrypt, { keyring, key, plaintext }, app)).ciphertext;
    const recordsOf = async (key: string, operation: string) =>
      (await bed.kms.perform(readAudit, { key, operation }, auditor)).items;

    it('are one for a batch on one key, with its counts', async () => {
      const { id } = await newKey();
      const inputs = [Buffer.alloc(1), Buffer.alloc(65_537), Buffer.alloc(2)].map((bytes) => ({
        keyring,
        key: id,
        plaintext: bytes,
      }));
      await bed.kms.performBatch(encrypt, inputs, app);
      expect(await recordsOf(id, 'encrypt')).toMatchObject([
        {
          outcome: 'success',
          version: 1,
          detail: { items: 3, failed: 1, failures: [{ item: 1, code: 'payload-too-large' }] },
        },
      ]);
    });

    it('are one for each key that a batch uses, so that no use hides behind that of another key', async () => {
      const [one, two] = [await newKey(), await newKey()];
      const ciphertexts = [await seal(one.id), await seal(two.id), await seal(two.id)];
      await bed.kms.change(rotateKey, { keyring, key: two.id }, admin);
      const inputs = [...ciphertexts, await seal(two.id), Buffer.alloc(3)].map((ciphertext) => ({
        keyring,
        ciphertext,
      }));
      const outcomes = await bed.kms.performBatch(decrypt, inputs, app);
      expect(outcomes.map((outcome) => 'output' in outcome)).toEqual([true, true, true, true, false]);
      expect(await recordsOf(one.id, 'decrypt')).toMatchObject([
        { outcome: 'success', version: 1, detail: { items: 1, batch: 5, failed: 0 } },
      ]);
      expect(await recordsOf(two.id, 'decrypt')).toMatchObject([
        { outcome: 'success', version: null, detail: { items: 3, batch: 5, failed: 0 } },
      ]);
      const { items } = await bed.kms.perform(readAudit, { operation: 'decrypt', outcome: 'error', limit: 1 }, auditor);
      expect(items).toMatchObject([
        {
          resource: `keyring/${bed.keyringId}`,
          keyring: bed.keyringId,
          code: 'invalid-ciphertext',
          detail: { items: 1, failed: 1, failures: [{ item: 4, code: 'invalid-ciphertext' }] },
        },
      ]);
    });

    it('tell what is denied, whether the key was named by id, name or ciphertext', async () => {
      const key = await newKey();
      const ciphertext = await seal(key.id);
      const narrow = await bed.arriveAs('crypto-user', { keyring: bed.keyringId, key: (await newKey()).id });
      const calls = [
        () => bed.kms.perform(encrypt, { keyring, key: key.id, plaintext }, narrow),
        () => bed.kms.perform(encrypt, { keyring, key: key.name ?? '', plaintext }, narrow),
        () => bed.kms.perform(decrypt, { keyring, ciphertext }, narrow),
      ];
      for (const call of calls) expect(await codeOf(call())).toBe('permission-denied');
      // As the doors refuse whoever has no such role anywhere.
      await bed.kms.refuse(narrow, 'key.rotate', permissionDenied('key.rotate'), { keyring, key: key.name });
      const { items } = await bed.kms.perform(readAudit, { key: key.id, outcome: 'denied' }, auditor);
      expect(items.map(({ operation, resource, keyring: ring }) => [operation, resource, ring])).toEqual(
        ['key.rotate', 'decrypt', 'encrypt', 'encrypt'].map((name) => [name, `key/${key.id}`, bed.keyringId]),
      );
    });

    it('tell which caller was meant, where no key was', async () => {
      await bed.kms.refuse(app, 'token.create', permissionDenied('token.create'), { caller: admin.caller.name });
      const { items } = await bed.kms.perform(readAudit, { operation: 'token.create', outcome: 'denied' }, auditor);
      expect(items).toMatchObject([{ caller: app.caller.id, resource: `caller/${admin.caller.id}` }]);
    });

    it('tell of a key what was made elsewhere out of its ciphertexts, also where that was denied', async () => {
      const [from, to] = [await newKey(), await newKey()];
      const ciphertext = await seal(from.id);
      const narrow = await bed.arriveAs('crypto-user', { keyring: bed.keyringId, key: to.id });
      await bed.kms.perform(reEncrypt, { keyring, key: to.id, ciphertext }, app);
      expect(await codeOf(bed.kms.perform(reEncrypt, { keyring, key: to.id, ciphertext }, narrow))).toBe(
        'permission-denied',
      );
      for (const key of [from.id, to.id]) {
        expect(await recordsOf(key, 're-encrypt')).toMatchObject([
          { key: to.id, outcome: 'denied', detail: { sourceKeyId: from.id } },
          { key: to.id, outcome: 'success', detail: { sourceKeyId: from.id, sourceVersion: 1 } },
        ]);
      }
      await bed.kms.perform(reEncrypt, { keyring, key: from.id, ciphertext }, app);
      expect(await recordsOf(from.id, 're-encrypt')).toHaveLength(3);
    });

    it('hold names of a context that are no text, and stand in nobody else’s way', async () => {
      const { id } = await newKey();
      const calls = ['a\0b', 'plain'].map((name) =>
        bed.kms.perform(encrypt, { keyring, key: id, plaintext, context: { [name]: '' } }, app),
      );
      const [odd, plain] = await Promise.all(calls);
      expect(odd?.keyId).toBe(id);
      expect(plain?.keyId).toBe(id);
      const names = (await recordsOf(id, 'encrypt')).map(({ detail }) => detail['context']);
      expect(new Set(names.flat())).toEqual(new Set(['a\ufffdb', 'plain']));
    });

    it('of a batch hold one digest over its items, which says what became of each', async () => {
      const { id } = await newKey();
      const digestOf = async (sizes: readonly number[]) => {
        const inputs = sizes.map((size) => ({ keyring, key: id, plaintext: Buffer.alloc(size) }));
        await bed.kms.performBatch(encrypt, inputs, app);
        const [record] = await recordsOf(id, 'encrypt');
        return record?.detail['digest'];
      };
      const digest = await digestOf([1, 65_537]);
      expect(digest).toBe(nodeHash(leafOf(0, null), leafOf(1, 'payload-too-large')).toString('base64'));
      expect(await digestOf([65_537, 1])).not.toBe(digest);
    });

    it('hold keyed hashes of what a context says, the same for the same', async () => {
      const { id } = await newKey();
      for (const tenant of ['a-secret-tenant', 'other', 'a-secret-tenant']) {
        await bed.kms.perform(
          encrypt,
          { keyring, key: id, plaintext, context: { tenant, table: 'a-secret-tenant' } },
          app,
        );
      }
      const details = (await recordsOf(id, 'encrypt')).map(({ detail }) => detail);
      const hashes = details.map(({ contextHashes }) => contextHashes as string[]);
      expect(hashes[0]).toEqual(hashes[2]);
      expect(hashes[0]?.[0]).not.toBe(hashes[1]?.[0]);
      expect(hashes[0]?.[1]).toBe(hashes[1]?.[1]);
      // Of another name it is another one.
      expect(hashes[0]?.[0]).not.toBe(hashes[0]?.[1]);
      expect(JSON.stringify(details)).not.toContain('a-secret-tenant');
    });

    it('hold in the clear what the settings say, and are found by the keyed hash of a value', async () => {
      const { id } = await newKey();
      await bed.kms.change(updateSettings, { auditClearContext: ['table'] }, administrator);
      const context = { tenant: 'a-secret-tenant', table: 'customers' };
      await bed.kms.perform(encrypt, { keyring, key: id, plaintext, context }, app);
      const [{ detail } = { detail: {} }] = await recordsOf(id, 'encrypt');
      expect(detail).toMatchObject({ context: ['tenant', 'table'], contextValues: { table: 'customers' } });
      expect(JSON.stringify(detail)).not.toContain('a-secret-tenant');
      const hashOf = (value: string) => bed.kms.perform(hashContext, { name: 'tenant', value }, auditor);
      const foundBy = async (value: string) => {
        const { hash: contextHash } = await hashOf(value);
        return (await bed.kms.perform(readAudit, { key: id, contextHash }, auditor)).items.length;
      };
      expect([await foundBy('a-secret-tenant'), await foundBy('another')]).toEqual([1, 0]);
      await expect(bed.kms.perform(hashContext, { name: 'tenant', value: 'x' }, app)).rejects.toMatchObject({
        code: 'permission-denied',
      });
      await bed.kms.change(updateSettings, { auditClearContext: [] }, administrator);
      await bed.kms.perform(encrypt, { keyring, key: id, plaintext, context }, app);
      expect(JSON.stringify((await recordsOf(id, 'encrypt'))[0])).not.toContain('customers');
    });

    it('hold what the client calls its request', async () => {
      const { id } = await newKey();
      await bed.kms.perform(encrypt, { keyring, key: id, plaintext }, { ...app, clientRequestId: 'order-17' });
      expect(await recordsOf(id, 'encrypt')).toMatchObject([{ detail: { clientRequestId: 'order-17' } }]);
    });

    it('are of one creation, where the same one is asked for many times at once under one idempotency key', async () => {
      const eager = await bed.arriveAs('key-admin', { everything: true }, 'eager');
      const input = { keyring, name: `recorded-${++names}` };
      const made = await Promise.all(Array.from({ length: 5 }, () => bed.kms.change(createKey, input, eager)));
      expect(new Set(made.map(({ output }) => output.id)).size).toBe(1);
      expect(made.filter(({ replayed }) => !replayed)).toHaveLength(1);
    });
  });
}
