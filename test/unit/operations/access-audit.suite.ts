import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createBinding, type CreateBindingInput } from '../../../src/operations/access/create-binding.js';
import { createCaller } from '../../../src/operations/access/create-caller.js';
import { createToken } from '../../../src/operations/access/create-token.js';
import { whoami } from '../../../src/operations/access/whoami.js';
import { readAudit, type ReadAuditInput } from '../../../src/operations/audit/read-audit.js';
import { summariseAudit, type SummariseAuditInput } from '../../../src/operations/audit/summarise-audit.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { createKeyring } from '../../../src/operations/keyrings/create-keyring.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { getKey } from '../../../src/operations/keys/get-key.js';
import { codeOf } from '../../support/code-of.js';
import { asToken } from '../../support/as-token.js';
import type { TestBed } from '../../support/test-bed.js';

let names = 0;
const freshName = (): string => `caller-${++names}`;

/** Reading the log, and oneself, on whatever they are stored in. */
export function auditSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`the audit log, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;
    let keyAdmin: Arrival;
    let auditor: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('administrator');
      keyAdmin = await bed.arriveAs('key-admin');
      auditor = await bed.arriveAs('auditor');
    });
    afterAll(() => bed.dispose());

    const addCaller = async (name = freshName()) =>
      (await bed.kms.change(createCaller, { name, type: 'service' }, admin)).output;
    const addToken = async (caller: string, more: { expiresIn?: number; description?: string } = {}) =>
      (await bed.kms.change(createToken, { caller, ...more }, admin)).output;
    const arrive = (token: string | undefined) =>
      bed.kms.arrive({ door: 'test', source: '192.0.2.1', requestId: randomUUID(), presented: asToken(token) });
    const bind = async (input: Omit<CreateBindingInput, 'caller'> & { readonly caller: string }, by = admin) =>
      (await bed.kms.change(createBinding, input, by)).output;
    const addKey = async (keyring = 'default') =>
      (await bed.kms.change(createKey, { keyring, name: freshName() }, keyAdmin)).output;
    const read = (input: ReadAuditInput, by = auditor) => bed.kms.perform(readAudit, input, by);
    const outcomes = async (input: ReadAuditInput) =>
      (await read(input)).items.map(({ operation, outcome }) => `${operation} ${outcome}`);
    const seeKey = (key: { readonly id: string; readonly keyring: string }, by: Arrival) =>
      bed.kms.perform(getKey, { keyring: key.keyring, key: key.id }, by);

    describe('the audit log', () => {
      it('tells who did what to which key, newest first', async () => {
        const key = await addKey();
        await seeKey(key, keyAdmin);
        const { items } = await read({ key: key.name! });
        expect(items).toHaveLength(2);
        expect(items[0]).toEqual({
          index: expect.any(Number),
          id: expect.any(String),
          at: new Date(bed.clock.now()),
          caller: keyAdmin.caller.id,
          callerName: keyAdmin.caller.name,
          credential: keyAdmin.credentialId,
          door: 'test',
          source: '127.0.0.1',
          operation: 'key.describe',
          resource: `key/${key.id}`,
          keyring: bed.keyringId,
          key: key.id,
          version: null,
          outcome: 'success',
          code: null,
          requestId: keyAdmin.requestId,
          node: expect.any(String),
          durationUs: expect.any(Number),
          detail: expect.any(Object),
        });
        expect(items[1]?.operation).toBe('key.create');
        expect((await read({ key: key.id })).items).toEqual(items);
      });

      it('is filtered by caller, operation, outcome and time', async () => {
        const someone = await bed.arriveAs('crypto-user');
        bed.clock.advance(1000);
        const key = await addKey();
        await seeKey(key, someone);
        const change = bed.kms.change(createKey, { keyring: 'default' }, someone);
        expect(await codeOf(change)).toBe('permission-denied');
        const { id, name } = someone.caller;
        expect(await outcomes({ caller: id })).toEqual(['key.create denied', 'key.describe success']);
        expect(await outcomes({ caller: name, outcome: 'denied' })).toEqual(['key.create denied']);
        expect(await outcomes({ caller: name, operation: 'key.describe' })).toEqual(['key.describe success']);
        const now = bed.clock.now();
        expect(await outcomes({ caller: id, since: new Date(now), until: new Date(now + 1) })).toHaveLength(2);
        expect(await outcomes({ caller: id, since: new Date(now + 1) })).toEqual([]);
        expect(await outcomes({ caller: id, until: new Date(now) })).toEqual([]);
        expect(await outcomes({ caller: 'nobody' })).toEqual([]);
      });

      it('is filtered by door, source, request and place in the log, and read from either end', async () => {
        const someone = await bed.arriveAs('crypto-user');
        for (let at = 0; at < 3; at++) await bed.kms.perform(whoami, {}, someone);
        const caller = someone.caller.id;
        const { items } = await read({ caller });
        expect(items).toHaveLength(3);
        const [newest, , oldest] = items;
        expect((await read({ caller, order: 'oldest' })).items).toEqual(items.toReversed());
        expect((await read({ caller, after: oldest!.index })).items).toEqual(items.slice(0, 2));
        expect((await read({ caller, door: 'test', source: '127.0.0.1' })).items).toEqual(items);
        expect((await read({ caller, door: 'aws' })).items).toEqual([]);
        expect((await read({ caller, source: '192.0.2.9' })).items).toEqual([]);
        expect((await read({ requestId: newest!.requestId, caller })).items).toEqual(items);
        const first = await read({ caller, order: 'oldest', limit: 2 });
        const rest = await read({ caller, order: 'oldest', limit: 2, cursor: first.nextCursor! });
        expect([...first.items, ...rest.items]).toEqual(items.toReversed());
      });

      it('is counted by outcome, by operation and over time, as far as one may read it', async () => {
        const someone = await bed.arriveAs('crypto-user');
        bed.clock.advance(3 * 3_600_000);
        for (let at = 0; at < 2; at++) await bed.kms.perform(whoami, {}, someone);
        bed.clock.advance(3_600_000);
        await codeOf(bed.kms.change(createKey, { keyring: 'default' }, someone));
        const count = (input: SummariseAuditInput, by = auditor) => bed.kms.perform(summariseAudit, input, by);
        const until = new Date(bed.clock.now() + 1);
        const summary = await count({ caller: someone.caller.id, until });
        expect(summary).toMatchObject({
          interval: 'hour',
          counts: { success: 2, denied: 1, error: 0 },
          operations: [
            { operation: 'whoami', count: 2 },
            { operation: 'key.create', count: 1 },
          ],
          histogram: [
            { success: 2, denied: 0, error: 0 },
            { success: 0, denied: 1, error: 0 },
          ],
        });
        const [earlier, later] = summary.histogram;
        expect(later!.from.getTime() - earlier!.from.getTime()).toBe(3_600_000);
        const local = await bed.arriveAs('auditor', { keyring: bed.keyringId });
        expect((await count({ caller: someone.caller.id, until }, local)).counts).toEqual({
          success: 0,
          denied: 1,
          error: 0,
        });
        const long = { since: new Date(until.getTime() - 30 * 86_400_000), until, interval: 'minute' } as const;
        expect(await codeOf(count(long))).toBe('invalid-request');
        expect(await codeOf(count({}, someone))).toBe('permission-denied');
      });

      it('is read page by page', async () => {
        const someone = await bed.arriveAs('crypto-user');
        for (let at = 0; at < 3; at++) await bed.kms.perform(whoami, {}, someone);
        const input = { caller: someone.caller.id, limit: 2 };
        const first = await read(input);
        const second = await read({ ...input, cursor: first.nextCursor! });
        expect([first.items.length, second.items.length, second.nextCursor]).toEqual([2, 1, null]);
        const ids = [...first.items, ...second.items].map(({ id }) => id);
        expect(ids).toEqual(ids.toSorted((a, b) => (a < b ? 1 : -1)));
        expect(await codeOf(read({ cursor: 'bm8' }))).toBe('invalid-request');
      });

      it('shows an auditor of one keyring that keyring only', async () => {
        const tenant = (await bed.kms.change(createKeyring, { name: freshName() }, admin)).output;
        const [inside, outside] = [await addKey(tenant.id), await addKey()];
        const local = await bed.arriveAs('auditor', { keyring: tenant.id });
        const { items } = await read({ limit: 1000 }, local);
        expect(items.length).toBeGreaterThan(1);
        expect(items.every(({ keyring }) => keyring === tenant.id)).toBe(true);
        expect((await read({ key: inside.id }, local)).items).toHaveLength(1);
        expect((await read({ key: outside.id }, local)).items).toEqual([]);
        expect(await codeOf(read({ key: outside.name! }, local))).toBe('key-not-found');
      });

      it('is closed to everybody else, and its reading is on record', async () => {
        for (const role of ['administrator', 'key-admin', 'crypto-user', 'operator']) {
          expect(await codeOf(read({}, await bed.arriveAs(role)))).toBe('permission-denied');
        }
        await read({ limit: 1 });
        const { items } = await read({ caller: auditor.caller.id, operation: 'audit.read', limit: 1 });
        expect(items).toMatchObject([{ outcome: 'success', detail: { items: 1 } }]);
      });
    });

    describe('whoami', () => {
      it('tells everybody who it is and what it may', async () => {
        const caller = await addCaller();
        const made = await addToken(caller.id);
        const scope = { keyring: bed.keyringId };
        await bind({ caller: caller.id, role: 'sign-only', scope });
        expect(await bed.kms.perform(whoami, {}, await arrive(made.token))).toEqual({
          id: caller.id,
          name: caller.name,
          type: 'service',
          credential: { id: made.id, expiresAt: made.expiresAt },
          roles: [{ role: 'sign-only', effect: 'allow', scope }],
        });
      });
    });
  });
}
