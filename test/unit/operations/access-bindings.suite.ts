import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createBinding, type CreateBindingInput } from '../../../src/operations/access/create-binding.js';
import { createCaller } from '../../../src/operations/access/create-caller.js';
import { createToken } from '../../../src/operations/access/create-token.js';
import { deleteBinding } from '../../../src/operations/access/delete-binding.js';
import { listBindings } from '../../../src/operations/access/list-bindings.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { createKeyring } from '../../../src/operations/keyrings/create-keyring.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { getKey } from '../../../src/operations/keys/get-key.js';
import { codeOf } from '../../support/code-of.js';
import { asToken } from '../../support/as-token.js';
import type { TestBed } from '../../support/test-bed.js';

let names = 0;
const freshName = (): string => `caller-${++names}`;

/** What may be done with bindings, on whatever they are stored in. */
export function bindingsSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`bindings, ${place}`, () => {
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
    const unbind = async (binding: string, by = admin) => (await bed.kms.change(deleteBinding, { binding }, by)).output;
    const addKey = async (keyring = 'default') =>
      (await bed.kms.change(createKey, { keyring, name: freshName() }, keyAdmin)).output;
    const seeKey = (key: { readonly id: string; readonly keyring: string }, by: Arrival) =>
      bed.kms.perform(getKey, { keyring: key.keyring, key: key.id }, by);

    describe('bindings', () => {
      it('give a role in a scope by names, and take it away again', async () => {
        const key = await addKey();
        const caller = await addCaller();
        const { token } = await addToken(caller.id);
        const inside = await arrive(token);
        expect(await codeOf(seeKey(key, inside))).toBe('permission-denied');
        const binding = await bind({
          caller: caller.name,
          role: 'crypto-user',
          scope: { keyring: 'default', key: key.name! },
        });
        expect(binding).toEqual({
          id: expect.any(String),
          caller: caller.id,
          callerName: caller.name,
          group: null,
          groupName: null,
          role: 'crypto-user',
          effect: 'allow',
          scope: { keyring: bed.keyringId, key: key.id },
          conditions: null,
          expiresAt: null,
          createdAt: new Date(bed.clock.now()),
        });
        expect(await seeKey(key, inside)).toMatchObject({ id: key.id });
        expect(await codeOf(seeKey(await addKey(), inside))).toBe('permission-denied');
        expect(await unbind(binding.id)).toEqual(binding);
        expect(await codeOf(seeKey(key, inside))).toBe('permission-denied');
        expect(await codeOf(unbind(binding.id))).toBe('binding-not-found');
      });

      it('deny over every allow', async () => {
        const key = await addKey();
        const caller = await addCaller();
        const inside = await arrive((await addToken(caller.id)).token);
        await bind({ caller: caller.id, role: 'crypto-user', scope: { everything: true } });
        const scope = { keyring: 'default', key: key.id };
        const denial = await bind({ caller: caller.id, role: 'crypto-user', scope, effect: 'deny' });
        expect(await codeOf(seeKey(key, inside))).toBe('permission-denied');
        expect(await seeKey(await addKey(), inside)).toBeDefined();
        await unbind(denial.id);
        expect(await seeKey(key, inside)).toBeDefined();
      });

      it('end by themselves', async () => {
        const key = await addKey();
        const caller = await addCaller();
        const inside = await arrive((await addToken(caller.id)).token);
        const given = { caller: caller.id, role: 'auditor', scope: { everything: true } } as const;
        const { expiresAt } = await bind({ ...given, expiresIn: 10 });
        expect(expiresAt).toEqual(new Date(bed.clock.now() + 10_000));
        expect(await seeKey(key, inside)).toBeDefined();
        bed.clock.advance(10_000);
        expect(await codeOf(seeKey(key, inside))).toBe('permission-denied');
        const past = new Date(bed.clock.now());
        expect(await codeOf(bind({ ...given, expiresAt: past }))).toBe('invalid-request');
        expect(await codeOf(bind({ ...given, expiresAt: new Date(bed.clock.now() + 1), expiresIn: 1 }))).toBe(
          'invalid-request',
        );
      });

      it('are made by nobody for himself, nor are his own denials lifted by him', async () => {
        const second = await bed.arriveAs('administrator');
        const own = { caller: second.caller.id, role: 'crypto-user', scope: { everything: true } } as const;
        await expect(bind(own, second)).rejects.toThrow(/permission-denied: nobody binds himself/);
        const denial = await bind({ ...own, effect: 'deny' });
        await expect(unbind(denial.id, second)).rejects.toThrow(/nor frees himself/);
        await unbind(denial.id);
      });

      it('are refused for roles, callers and scopes that are not there', async () => {
        const { id: caller } = await addCaller();
        const everything = { everything: true } as const;
        await expect(bind({ caller, role: 'root', scope: everything })).rejects.toThrow(
          /invalid-request: role: .*administrator, key-admin, crypto-user/,
        );
        expect(await codeOf(bind({ caller: 'nobody', role: 'auditor', scope: everything }))).toBe('caller-not-found');
        expect(await codeOf(bind({ caller, role: 'auditor', scope: { keyring: 'none' } }))).toBe('keyring-not-found');
        expect(await codeOf(bind({ caller, role: 'auditor', scope: { keyring: 'default', key: 'none' } }))).toBe(
          'invalid-request',
        );
      });

      it('are made in their own keyring by whoever administers only that', async () => {
        const { id: caller } = await addCaller();
        const tenant = (await bed.kms.change(createKeyring, { name: freshName() }, admin)).output;
        const local = await bed.arriveAs('administrator', { keyring: tenant.id });
        const inside = await bind({ caller, role: 'crypto-user', scope: { keyring: tenant.id } }, local);
        for (const scope of [{ everything: true }, { keyring: 'default' }] as const) {
          expect(await codeOf(bind({ caller, role: 'crypto-user', scope }, local))).toBe('permission-denied');
        }
        const outside = await bind({ caller, role: 'crypto-user', scope: { keyring: 'default' } });
        const listed = await bed.kms.perform(listBindings, { caller }, local);
        expect(listed.items.map(({ id }) => id)).toEqual([inside.id]);
        expect(await codeOf(unbind(outside.id, local))).toBe('permission-denied');
        expect(await codeOf(unbind(randomUUID(), local))).toBe('permission-denied');
        await unbind(inside.id, local);
      });

      it('are listed by caller and by keyring, without those that were removed', async () => {
        const caller = await addCaller();
        const tenant = (await bed.kms.change(createKeyring, { name: freshName() }, admin)).output;
        const one = await bind({ caller: caller.id, role: 'auditor', scope: { everything: true } });
        const two = await bind({ caller: caller.id, role: 'auditor', scope: { keyring: tenant.name } });
        const gone = await bind({ caller: caller.id, role: 'operator', scope: { keyring: tenant.name } });
        await unbind(gone.id);
        const idsBy = async (input: { caller?: string; keyring?: string }) =>
          (await bed.kms.perform(listBindings, input, auditor)).items.map(({ id }) => id);
        expect(await idsBy({ caller: caller.name })).toEqual([two.id, one.id]);
        expect(await idsBy({ keyring: tenant.id })).toEqual([two.id]);
        expect(await idsBy({ caller: 'nobody' })).toEqual([]);
        expect(await codeOf(bed.kms.perform(listBindings, {}, keyAdmin))).toBe('permission-denied');
      });
    });
  });
}
