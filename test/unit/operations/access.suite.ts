import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createCaller } from '../../../src/operations/access/create-caller.js';
import { createToken } from '../../../src/operations/access/create-token.js';
import { disableCaller } from '../../../src/operations/access/disable-caller.js';
import { enableCaller } from '../../../src/operations/access/enable-caller.js';
import { getCaller } from '../../../src/operations/access/get-caller.js';
import { listCallers } from '../../../src/operations/access/list-callers.js';
import { listTokens } from '../../../src/operations/access/list-tokens.js';
import { rotateToken, type RotateTokenInput } from '../../../src/operations/access/rotate-token.js';
import { revokeToken } from '../../../src/operations/access/revoke-token.js';
import { whoami } from '../../../src/operations/access/whoami.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { codeOf } from '../../support/code-of.js';
import { asToken } from '../../support/as-token.js';
import type { TestBed } from '../../support/test-bed.js';

const DAY_S = 86_400;
let names = 0;
const freshName = (): string => `caller-${++names}`;

/** What may be done with callers and tokens, on whatever they are stored in. */
export function accessSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`callers and tokens, ${place}`, () => {
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

    describe('callers', () => {
      it('are made, found by id and name, and listed newest first', async () => {
        const [one, two] = [await addCaller(), await addCaller()];
        expect(one).toEqual({
          id: expect.any(String),
          name: one.name,
          type: 'service',
          state: 'enabled',
          createdAt: new Date(bed.clock.now()),
        });
        expect(await bed.kms.perform(getCaller, { caller: one.name }, admin)).toEqual(one);
        expect(await bed.kms.perform(getCaller, { caller: one.id }, auditor)).toEqual(one);
        const { items } = await bed.kms.perform(listCallers, { limit: 2 }, admin);
        expect(items).toEqual([two, one]);
      });

      it('have names of their own', async () => {
        const { name } = await addCaller();
        expect(await codeOf(addCaller(name))).toBe('name-taken');
        expect(await codeOf(addCaller('no name'))).toBe('invalid-request');
      });

      it('are not told of to those who may not know', async () => {
        expect(await codeOf(bed.kms.perform(getCaller, { caller: 'nobody' }, admin))).toBe('caller-not-found');
        for (const caller of ['nobody', admin.caller.id]) {
          expect(await codeOf(bed.kms.perform(getCaller, { caller }, keyAdmin))).toBe('permission-denied');
          expect(await codeOf(bed.kms.change(disableCaller, { caller }, keyAdmin))).toBe('permission-denied');
        }
        expect(await codeOf(bed.kms.change(createCaller, { name: freshName(), type: 'person' }, keyAdmin))).toBe(
          'permission-denied',
        );
      });

      it('that are disabled get in nowhere, with sessions that are open too, until they are enabled', async () => {
        const { id } = await addCaller();
        const { token } = await addToken(id);
        const inside = await arrive(token);
        await bed.kms.change(disableCaller, { caller: id }, admin);
        expect(await codeOf(arrive(token))).toBe('unauthenticated');
        expect(await codeOf(bed.kms.perform(whoami, {}, inside))).toBe('unauthenticated');
        await bed.kms.change(enableCaller, { caller: id }, admin);
        expect((await arrive(token)).caller.id).toBe(id);
      });
    });

    describe('tokens', () => {
      it('are shown once, and open the door for their caller', async () => {
        const caller = await addCaller();
        const made = await addToken(caller.name, { description: 'laptop' });
        const { token, ...described } = made;
        expect(token).toMatch(/^kst_/);
        expect(described).toEqual({
          id: expect.any(String),
          caller: caller.id,
          state: 'active',
          description: 'laptop',
          purpose: 'api',
          source: 'any',
          createdAt: new Date(bed.clock.now()),
          expiresAt: new Date(bed.clock.now() + 90 * DAY_S * 1000),
          revokedAt: null,
        });
        const { caller: who, credentialId } = await arrive(token);
        expect(who).toEqual({ id: caller.id, name: caller.name, type: 'service' });
        expect(credentialId).toBe(made.id);
        const { items } = await bed.kms.perform(listTokens, { caller: caller.id }, auditor);
        expect(items).toEqual([{ ...described, lastUsedAt: new Date(bed.clock.now()) }]);
        const records = JSON.stringify(await bed.deps.journal.query({ limit: 1000 }));
        expect(records).toContain(made.id);
        expect(records).not.toContain(token!.slice(21));
      });

      it('are kept as a keyed hash only', async () => {
        const { id, token } = await addToken((await addCaller()).id);
        const { access } = await bed.deps.ledger.install();
        const row = access.credentials.get(id)!;
        const secret = token!.slice(21, 64);
        expect(JSON.stringify({ ...row, hash: row.hash.toString('latin1') })).not.toContain(secret);
        expect(row.hash).toEqual(bed.deps.secrets.digest('token', id, secret));
      });

      it('end with their time, and with their revocation at once', async () => {
        const { id } = await addCaller();
        const short = await addToken(id, { expiresIn: 60 });
        const long = await addToken(id, { expiresIn: 400 * DAY_S });
        bed.clock.advance(59_999);
        await arrive(short.token);
        bed.clock.advance(1);
        expect(await codeOf(arrive(short.token))).toBe('unauthenticated');
        const inside = await arrive(long.token);
        const { output } = await bed.kms.change(revokeToken, { caller: id, token: long.id }, admin);
        expect(output).toMatchObject({ state: 'revoked', revokedAt: new Date(bed.clock.now()) });
        expect(await codeOf(arrive(long.token))).toBe('unauthenticated');
        expect(await codeOf(bed.kms.perform(whoami, {}, inside))).toBe('unauthenticated');
        const { items } = await bed.kms.perform(listTokens, { caller: id }, admin);
        expect(items.map(({ state }) => state).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['expired', 'revoked']);
      });

      it('show when they were last used, also after it was written down', async () => {
        const { id: caller } = await addCaller();
        const [used, unused] = [await addToken(caller), await addToken(caller)];
        const lastUses = async () => {
          const { items } = await bed.kms.perform(listTokens, { caller }, admin);
          return new Map(items.map(({ id, lastUsedAt }) => [id, lastUsedAt]));
        };
        await arrive(used.token);
        const first = new Date(bed.clock.now());
        expect(await lastUses()).toEqual(
          new Map([
            [used.id, first],
            [unused.id, null],
          ]),
        );
        await bed.deps.lastUse.flush();
        expect((await lastUses()).get(used.id)).toEqual(first);
        expect(await codeOf(arrive(`${used.token!.slice(0, -1)}~`))).toBe('unauthenticated');
        expect((await lastUses()).get(used.id)).toEqual(first);
        bed.clock.advance(1000);
        await arrive(used.token);
        expect((await lastUses()).get(used.id)).toEqual(new Date(bed.clock.now()));
        await bed.deps.lastUse.flush();
        expect((await lastUses()).get(used.id)).toEqual(new Date(bed.clock.now()));
      });

      it('are rotated: the new one is as the old one was, and the old one ends after the overlap', async () => {
        const { id: caller } = await addCaller();
        const old = await addToken(caller, { expiresIn: 10 * DAY_S, description: 'laptop' });
        bed.clock.advance(1000);
        const rotate = async (more: Partial<RotateTokenInput> = {}) =>
          (await bed.kms.change(rotateToken, { caller, token: old.id, ...more }, admin)).output;
        const rotated = await rotate({ overlap: 60 });
        expect(rotated).toMatchObject({
          description: 'laptop',
          state: 'active',
          expiresAt: new Date(bed.clock.now() + 10 * DAY_S * 1000),
          previous: { id: old.id, state: 'active', expiresAt: new Date(bed.clock.now() + 60_000) },
        });
        bed.clock.advance(59_999);
        await arrive(old.token);
        const { caller: who, credentialId } = await arrive(rotated.token);
        expect([who.id, credentialId]).toEqual([caller, rotated.id]);
        bed.clock.advance(1);
        expect(await codeOf(arrive(old.token))).toBe('unauthenticated');
        await arrive(rotated.token);
        expect(await codeOf(rotate())).toBe('invalid-transition');
        const records = JSON.stringify(await bed.deps.journal.query({ operation: 'token.rotate', limit: 10 }));
        expect(records).toContain(rotated.id);
        expect(records).not.toContain(rotated.token!.slice(21));
      });

      it('are rotated at once, to another life, never longer than they had, and by nobody else', async () => {
        const { id: caller } = await addCaller();
        const old = await addToken(caller, { expiresIn: 60 });
        const rotate = (more: Partial<RotateTokenInput>, by = admin) =>
          bed.kms.change(rotateToken, { caller, token: old.id, ...more }, by);
        for (const bad of [{ overlap: -1 }, { overlap: 1.5 }, { overlap: 31 * DAY_S }, { expiresIn: 401 * DAY_S }]) {
          expect(await codeOf(rotate(bad))).toBe('invalid-request');
        }
        expect(await codeOf(rotate({}, keyAdmin))).toBe('permission-denied');
        expect(await codeOf(rotate({ caller: (await addCaller()).id }))).toBe('credential-not-found');
        const { output: second } = await rotate({});
        expect(second.previous.expiresAt).toEqual(old.expiresAt);
        const { output: third } = await rotate({ token: second.id, overlap: 0, expiresIn: 120 });
        expect(third.previous.state).toBe('expired');
        expect(third.expiresAt).toEqual(new Date(bed.clock.now() + 120_000));
        expect(await codeOf(arrive(second.token))).toBe('unauthenticated');
      });

      it('are rotated once under one idempotency key, and not shown again', async () => {
        const { id: caller } = await addCaller();
        const old = await addToken(caller);
        const again = await bed.arriveAs('administrator', { everything: true }, 'rotation');
        const rotate = () => bed.kms.change(rotateToken, { caller, token: old.id }, again);
        const { token, ...described } = (await rotate()).output;
        expect(token).toBeDefined();
        expect(await rotate()).toEqual({ output: described, replayed: true });
      });

      it('live at most 400 days, and a hundred at a time', async () => {
        const { id } = await addCaller();
        for (const expiresIn of [0, -1, 1.5, 400 * DAY_S + 1]) {
          expect(await codeOf(addToken(id, { expiresIn }))).toBe('invalid-request');
        }
        for (let at = 0; at < 100; at++) await addToken(id, { expiresIn: 1 });
        expect(await codeOf(addToken(id))).toBe('limit-reached');
        bed.clock.advance(1000);
        await addToken(id);
      });

      it('are not shown again to a repeat', async () => {
        const { id: caller } = await addCaller();
        const again = await bed.arriveAs('administrator', { everything: true }, 'token');
        const { token, ...described } = (await bed.kms.change(createToken, { caller }, again)).output;
        expect(token).toBeDefined();
        expect(await bed.kms.change(createToken, { caller }, again)).toEqual({ output: described, replayed: true });
      });

      it('belong to one caller', async () => {
        const [one, two] = [await addCaller(), await addCaller()];
        const { id: token } = await addToken(one.id);
        expect(await codeOf(bed.kms.change(revokeToken, { caller: two.id, token }, admin))).toBe(
          'credential-not-found',
        );
        expect(await codeOf(bed.kms.change(createToken, { caller: one.id }, keyAdmin))).toBe('permission-denied');
      });

      it('that are damaged, unknown or missing open nothing, and leave a record', async () => {
        const { id, token } = await addToken((await addCaller()).id);
        const foreign = `${token!.slice(0, 21)}${'0'.repeat(49)}`;
        for (const presented of [undefined, '', token!.slice(0, -1), foreign, id]) {
          expect(await codeOf(arrive(presented))).toBe('unauthenticated');
        }
        const records = await bed.deps.journal.query({ operation: 'authenticate', outcome: 'denied', limit: 3 });
        expect(records).toMatchObject([{ caller: 'anonymous', code: 'unauthenticated' }, {}, {}]);
      });
    });
  });
}
