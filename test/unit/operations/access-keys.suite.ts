import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAccessKey, type CreateAccessKeyInput } from '../../../src/operations/access/create-access-key.js';
import { createBinding } from '../../../src/operations/access/create-binding.js';
import { createCaller } from '../../../src/operations/access/create-caller.js';
import { createRole } from '../../../src/operations/access/create-role.js';
import { createToken } from '../../../src/operations/access/create-token.js';
import { explainAccess } from '../../../src/operations/access/explain-access.js';
import { listAccessKeys } from '../../../src/operations/access/list-access-keys.js';
import { revokeAccessKey } from '../../../src/operations/access/revoke-access-key.js';
import { whoCan } from '../../../src/operations/access/who-can.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { encrypt } from '../../../src/operations/crypto/encrypt.js';
import { createKeyring } from '../../../src/operations/keyrings/create-keyring.js';
import { updateKeyring } from '../../../src/operations/keyrings/update-keyring.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { asToken } from '../../support/as-token.js';
import { codeOf } from '../../support/code-of.js';
import { signRequest, type ToSign } from '../../support/sign-request.js';
import type { TestBed } from '../../support/test-bed.js';

let made = 0;
const fresh = (): string => `signer-${++made}`;
const freshAccount = (): string => String(++made).padStart(12, '0');
const REGION = 'us-east-1';
const HEADERS = { host: 'localhost', 'x-amz-target': 'TrentService.ListKeys' };

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Access keys, and keyrings that stand for AWS accounts, on whatever they are stored in. */
export function accessKeysSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`access keys, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('administrator');
    });
    afterAll(() => bed.dispose());

    const makeCaller = async () =>
      (await bed.kms.change(createCaller, { name: fresh(), type: 'service' }, admin)).output.id;
    const makeKey = async (input: CreateAccessKeyInput) => {
      const { secretAccessKey = '', ...rest } = (await bed.kms.change(createAccessKey, input, admin)).output;
      return { ...rest, secretAccessKey };
    };
    const makeKeyring = async () => (await bed.kms.change(createKeyring, { name: fresh() }, admin)).output.id;
    const attach = async (keyring: string, accountId: string, region = REGION) =>
      (await bed.kms.change(updateKeyring, { keyring, awsAccount: { accountId, region } }, admin)).output;
    const arrive = async (credentials: Credentials, asked: Partial<ToSign> = {}) => {
      const at = new Date(bed.clock.now());
      const request = await signRequest({ headers: HEADERS, body: '{}', at, ...asked }, credentials);
      const presented = { kind: 'signature', request, service: 'kms' } as const;
      return bed.kms.arrive({ door: 'aws', source: '192.0.2.1', requestId: randomUUID(), presented });
    };
    const lastRefusal = async () => {
      const [record] = await bed.deps.journal.query({ operation: 'authenticate', outcome: 'denied', limit: 1 });
      return record?.detail;
    };
    const lastDetail = async (operation: string) => {
      const [record] = await bed.deps.journal.query({ operation, limit: 1 });
      return record?.detail;
    };

    const asRoot = async (keyring: string) => {
      const [caller, accountId] = [await makeCaller(), freshAccount()];
      await attach(keyring, accountId);
      const key = await makeKey({ caller, accountId, root: true });
      return { caller, accountId, key, arrival: await arrive(key) };
    };
    const use = async (keyring: string, arrival: Arrival) => {
      const { id } = (await bed.kms.change(createKey, { keyring }, arrival)).output;
      return bed.kms.perform(encrypt, { keyring, key: id, plaintext: Buffer.of() }, arrival);
    };

    it('lets its caller in by a request that it signed, for the account and region', async () => {
      const [caller, accountId] = [await makeCaller(), freshAccount()];
      const key = await makeKey({ caller, accountId, description: 'shop' });
      expect(key).toMatchObject({ caller, accountId, root: false, state: 'active', description: 'shop' });
      expect(key.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
      expect(key.secretAccessKey).toMatch(/^[\w+/]{40}$/);
      const keyring = await makeKeyring();
      await attach(keyring, accountId, 'eu-west-3');
      expect(await arrive(key, { region: 'eu-west-3' })).toMatchObject({
        caller: { id: caller },
        credentialId: key.accessKeyId,
        strength: 'single',
        principal: { accountId, region: 'eu-west-3', root: false, keyring },
      });
      expect(await codeOf(arrive(key, { region: 'eu-west-4' }))).toBe('unauthenticated');
      expect(await lastRefusal()).toEqual({ presented: 'signature', reason: 'unknown-region', about: 'eu-west-4' });
      const page = await bed.kms.perform(listAccessKeys, { caller }, admin);
      expect(page.items).toMatchObject([{ id: key.id, accountId, root: false }]);
      expect(JSON.stringify(page)).not.toContain(key.secretAccessKey);
    });

    it('is kept encrypted, in a form that fits no other key', async () => {
      const [caller, accountId] = [await makeCaller(), freshAccount()];
      const [one, two] = [await makeKey({ caller, accountId }), await makeKey({ caller, accountId })];
      const { credentials } = (await bed.deps.ledger.install()).access;
      const row = credentials.get(one.id);
      expect(row?.hash).toHaveLength(0);
      expect(JSON.stringify(row)).not.toContain(one.secretAccessKey);
      expect(Buffer.from(row?.accessKey?.secret ?? '', 'base64').includes(one.secretAccessKey)).toBe(false);
      expect(row?.accessKey?.secret).not.toBe(credentials.get(two.id)?.accessKey?.secret);
      expect(await codeOf(arrive({ ...one, secretAccessKey: two.secretAccessKey }))).toBe('unauthenticated');
      expect(await lastRefusal()).toEqual({ presented: 'signature', reason: 'bad-signature', about: one.id });
    });

    it('shows its secret once: a repeat of the call does not', async () => {
      const again = await bed.arriveAs('administrator', { everything: true }, randomUUID());
      const input = { caller: await makeCaller(), accountId: freshAccount() };
      const first = await bed.kms.change(createAccessKey, input, again);
      const second = await bed.kms.change(createAccessKey, input, again);
      expect(second).toMatchObject({ replayed: true, output: { id: first.output.id } });
      expect(second.output.secretAccessKey).toBeUndefined();
    });

    it('ends at once when it is revoked, and nobody learns whether it was there', async () => {
      const [caller, accountId] = [await makeCaller(), freshAccount()];
      await attach(await makeKeyring(), accountId);
      const key = await makeKey({ caller, accountId });
      const arrival = await arrive(key);
      await bed.kms.change(revokeAccessKey, { caller, accessKey: key.id }, admin);
      expect(
        await codeOf(bed.kms.perform(encrypt, { keyring: 'default', key: 'a', plaintext: Buffer.of() }, arrival)),
      ).toBe('permission-denied');
      expect(await codeOf(arrive(key))).toBe('unauthenticated');
      expect(await lastRefusal()).toMatchObject({ reason: 'ended-credential' });
      expect(await codeOf(arrive({ ...key, accessKeyId: 'AKIAAAAAAAAAAAAAAAAA' }))).toBe('unauthenticated');
      expect(await lastRefusal()).toMatchObject({ reason: 'unknown-access-key' });
      const revoke = (accessKey: string, of = caller) =>
        bed.kms.change(revokeAccessKey, { caller: of, accessKey }, admin);
      expect(await codeOf(revoke('AKIAAAAAAAAAAAAAAAAA'))).toBe('credential-not-found');
      expect(await codeOf(revoke(key.id, await makeCaller()))).toBe('credential-not-found');
      const { id: token } = (await bed.kms.change(createToken, { caller }, admin)).output;
      expect(await codeOf(revoke(token))).toBe('credential-not-found');
    });

    it('takes an account of twelve digits', async () => {
      const caller = await makeCaller();
      for (const accountId of ['', '1', '00000000000a', '0000000000001']) {
        expect(await codeOf(makeKey({ caller, accountId }))).toBe('invalid-request');
      }
    });

    describe('of a root principal', () => {
      it('administers and uses the keys of the keyrings that stand for its account, and no other', async () => {
        const [own, other] = [await makeKeyring(), await makeKeyring()];
        const { accountId, arrival } = await asRoot(own);
        await expect(use(own, arrival)).resolves.toHaveProperty('ciphertext');
        expect(await codeOf(use(other, arrival))).toBe('permission-denied');
        expect(await codeOf(bed.kms.change(createKeyring, { name: fresh() }, arrival))).toBe('permission-denied');
        await attach(other, accountId, 'eu-west-1');
        await expect(use(other, arrival)).resolves.toHaveProperty('ciphertext');
        await bed.kms.change(updateKeyring, { keyring: own, awsAccount: null }, admin);
        expect(await codeOf(use(own, arrival))).toBe('permission-denied');
      });

      it('is one by that key alone: its caller’s other credentials are not', async () => {
        const keyring = await makeKeyring();
        const { caller, accountId } = await asRoot(keyring);
        expect(await codeOf(use(keyring, await arrive(await makeKey({ caller, accountId }))))).toBe(
          'permission-denied',
        );
        const { token = '' } = (await bed.kms.change(createToken, { caller }, admin)).output;
        const presented = asToken(token);
        const byToken = await bed.kms.arrive({ door: 'rest', source: null, requestId: randomUUID(), presented });
        expect(await codeOf(use(keyring, byToken))).toBe('permission-denied');
      });

      it('is denied what a binding denies its caller', async () => {
        const keyring = await makeKeyring();
        const { caller, arrival } = await asRoot(keyring);
        const deny = { caller, role: 'encrypt-only', effect: 'deny', scope: { keyring } } as const;
        await bed.kms.change(createBinding, deny, admin);
        expect(await codeOf(use(keyring, arrival))).toBe('permission-denied');
      });

      it('is named when one asks who can, and why', async () => {
        const keyring = await makeKeyring();
        const { caller } = await asRoot(keyring);
        const resource = `keyrings/${keyring}`;
        const ask = async (door: string) =>
          bed.kms.perform(explainAccess, { caller, operation: 'decrypt', resource, door }, admin);
        expect(await ask('aws')).toMatchObject({
          allowed: true,
          reason: 'allowed',
          separationOfDuties: false,
          bindings: [{ role: 'aws-account-root', verdict: 'allows' }],
        });
        expect(await ask('rest')).toMatchObject({ allowed: false, reason: 'no-binding' });
        const able = async () =>
          (await bed.kms.perform(whoCan, { operation: 'decrypt', resource }, admin)).items.filter(
            ({ id }) => id === caller,
          );
        expect(await able()).toMatchObject([{ bindings: [{ role: 'aws-account-root' }] }]);
        const deny = { caller, role: 'decrypt-only', effect: 'deny', scope: { keyring } } as const;
        await bed.kms.change(createBinding, deny, admin);
        expect(await able()).toEqual([]);
        expect(await ask('aws')).toMatchObject({ allowed: false, reason: 'denied' });
      });

      it('is nobody whom one can bind', async () => {
        const caller = await makeCaller();
        const scope = { keyring: await makeKeyring() };
        expect(await codeOf(bed.kms.change(createBinding, { caller, role: 'aws-account-root', scope }, admin))).toBe(
          'invalid-request',
        );
        await bed.kms.change(createRole, { name: 'aws-account-root', permissions: ['key.list'] }, admin);
        await bed.kms.change(createBinding, { caller, role: 'aws-account-root', scope }, admin);
        const { access } = await bed.deps.ledger.install();
        const may = (operation: 'key.list' | 'encrypt') =>
          access.may(caller, operation, { kind: 'keyring', keyringId: scope.keyring }, bed.clock.now());
        expect([may('key.list'), may('encrypt')]).toEqual([true, false]);
      });

      it('is made by a guarded operation, and so is what a keyring stands for', async () => {
        const keyring = await makeKeyring();
        await asRoot(keyring);
        expect(await lastDetail('access-key.create')).toMatchObject({ root: true, guarded: 'account-root' });
        expect(await lastDetail('keyring.update')).toMatchObject({ guarded: 'aws-account' });
      });
    });

    it('a keyring that stands for an account has no separation of duties, and is the only one for its region', async () => {
      const [keyring, other, accountId] = [await makeKeyring(), await makeKeyring(), freshAccount()];
      expect(await attach(keyring, accountId)).toMatchObject({
        separationOfDuties: false,
        awsAccount: { accountId, region: REGION },
      });
      await attach(keyring, accountId);
      expect(await codeOf(attach(other, accountId))).toBe('name-taken');
      const update = (more: object) => bed.kms.change(updateKeyring, { keyring, ...more }, admin);
      expect(await codeOf(update({ separationOfDuties: true }))).toBe('invalid-request');
      await expect(update({ separationOfDuties: true, awsAccount: null })).resolves.toMatchObject({
        output: { separationOfDuties: true, awsAccount: null },
      });
      await attach(other, accountId);
      for (const region of ['', 'US-EAST-1', 'us_east_1', 'us-east-1/x', `${'a'.repeat(99)}-a-1`]) {
        expect(await codeOf(attach(keyring, accountId, region))).toBe('invalid-request');
      }
    });
  });
}
