import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createBinding, type CreateBindingInput } from '../../../src/operations/access/create-binding.js';
import { createCaller } from '../../../src/operations/access/create-caller.js';
import { createRole } from '../../../src/operations/access/create-role.js';
import { createToken } from '../../../src/operations/access/create-token.js';
import { deleteBinding } from '../../../src/operations/access/delete-binding.js';
import { deleteRole } from '../../../src/operations/access/delete-role.js';
import { listRoles } from '../../../src/operations/access/list-roles.js';
import { whoami } from '../../../src/operations/access/whoami.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { dataKey } from '../../../src/operations/crypto/data-key.js';
import { decrypt } from '../../../src/operations/crypto/decrypt.js';
import { encrypt } from '../../../src/operations/crypto/encrypt.js';
import { reEncrypt } from '../../../src/operations/crypto/re-encrypt.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { getKey } from '../../../src/operations/keys/get-key.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import { updateKey } from '../../../src/operations/keys/update-key.js';
import { asToken } from '../../support/as-token.js';
import { codeOf } from '../../support/code-of.js';
import type { TestBed } from '../../support/test-bed.js';

let names = 0;
const freshName = (): string => `conditions-${++names}`;
const plaintext = Buffer.from('hello');
type Binding = Omit<CreateBindingInput, 'caller'>;

/** Conditions, tag selectors and custom roles, on whatever they are stored in. */
export function conditionsSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`conditions and roles, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;
    let keyAdmin: Arrival;
    let key: string;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('administrator');
      keyAdmin = await bed.arriveAs('key-admin');
      key = (await addKey()).id;
    });
    afterAll(() => bed.dispose());

    const addKey = async (tags: Readonly<Record<string, string>> = {}) =>
      (await bed.kms.change(createKey, { keyring: 'default', name: freshName(), tags }, keyAdmin)).output;
    const bind = async (input: CreateBindingInput) => (await bed.kms.change(createBinding, input, admin)).output;

    const retag = (of: string, tags: Record<string, string>, who = keyAdmin) =>
      bed.kms.change(updateKey, { keyring: 'default', key: of, tags }, who);
    const makeRole = async (permissions: readonly string[], name = freshName(), by = admin) =>
      (await bed.kms.change(createRole, { name, permissions }, by)).output;
    const dropRole = (role: string) => bed.kms.change(deleteRole, { role }, admin);

    /** A new caller with these bindings, as it arrives. */
    async function arriveWith(...bindings: Binding[]): Promise<Arrival> {
      const caller = (await bed.kms.change(createCaller, { name: freshName(), type: 'service' }, admin)).output.id;
      for (const binding of bindings) await bind({ caller, ...binding });
      const { token } = (await bed.kms.change(createToken, { caller }, admin)).output;
      return bed.kms.arrive({ door: 'rest', source: '10.1.2.3', requestId: randomUUID(), presented: asToken(token) });
    }
    const seal = (by: Arrival, context?: Record<string, string>, of = key) =>
      bed.kms.perform(encrypt, { keyring: 'default', key: of, plaintext, ...(context ? { context } : {}) }, by);
    const crypto = (conditions: NonNullable<Binding['conditions']>): Binding => ({
      role: 'crypto-user',
      scope: { keyring: 'default' },
      conditions,
    });

    it('on the encryption context decide with the context that is bound', async () => {
      const acme = { tenant: 'acme', file: '1' };
      const by = await arriveWith(crypto({ context: { equals: { tenant: 'acme' }, subset: ['tenant', 'file'] } }));
      const { ciphertext } = await seal(by, acme);
      const open = (context: Record<string, string>, more = {}) =>
        bed.kms.perform(decrypt, { keyring: 'default', ciphertext, context, ...more }, by);
      expect((await open(acme)).plaintext).toEqual(plaintext);
      expect((await open(acme, { key })).plaintext).toEqual(plaintext);
      for (const context of [{}, { tenant: 'other' }, { ...acme, user: 'x' }, { Tenant: 'acme' }]) {
        expect(await codeOf(seal(by, context))).toBe('permission-denied');
        expect(await codeOf(open(context))).toBe('permission-denied');
      }
      expect(await codeOf(open({ tenant: 'acme' }))).toBe('invalid-ciphertext');
      expect(await codeOf(seal(by))).toBe('permission-denied');
      const wrapped = (context: Record<string, string>) =>
        codeOf(bed.kms.perform(dataKey, { keyring: 'default', key, context }, by));
      expect([await wrapped(acme), await wrapped({ tenant: 'other' })]).toEqual(['none', 'permission-denied']);
    });

    it('on the encryption context look at both of a re-encryption', async () => {
      const anyone = await arriveWith({ role: 'crypto-user', scope: { keyring: 'default' } });
      const by = await arriveWith(crypto({ context: { equals: { tenant: 'acme' } } }));
      const again = async (context: Record<string, string>, newContext: Record<string, string>) => {
        const { ciphertext } = await seal(anyone, context);
        return codeOf(bed.kms.perform(reEncrypt, { keyring: 'default', key, ciphertext, context, newContext }, by));
      };
      const [acme, other] = [{ tenant: 'acme' }, { tenant: 'other' }];
      expect(await again(acme, { ...acme, more: '1' })).toBe('none');
      expect(await again(other, acme)).toBe('permission-denied');
      expect(await again(acme, other)).toBe('permission-denied');
    });

    it('on where from, by which door and how well proven decide for each call', async () => {
      const by = await arriveWith(
        crypto({ sourceNetworks: ['10.0.0.0/8', '2001:db8::/32'], doors: ['rest'], authentication: ['mfa'] }),
      );
      const as = (more: Partial<Arrival>) => codeOf(seal({ ...by, strength: 'mfa', ...more }));
      expect(await as({})).toBe('none');
      expect(await as({ source: '::ffff:10.9.9.9' })).toBe('none');
      expect(await as({ source: '2001:db8::9' })).toBe('none');
      for (const more of [
        { source: '192.0.2.1' },
        { source: null },
        { door: 'other' },
        { strength: 'single' },
      ] as const) {
        expect(await as(more)).toBe('permission-denied');
      }
    });

    it('give a role for a time: from a moment on, until another', async () => {
      const now = bed.clock.now();
      const [from, until] = [new Date(now + 1000), new Date(now + 2000)];
      const by = await arriveWith(crypto({ notBefore: from, expiresAt: until }));
      const codes: string[] = [];
      for (const step of [0, 999, 1, 999, 1]) {
        bed.clock.advance(step);
        codes.push(await codeOf(seal(by)));
      }
      expect(codes).toEqual(['permission-denied', 'permission-denied', 'none', 'none', 'permission-denied']);
    });

    it('of a deny that are not met deny nothing', async () => {
      const deny = { ...crypto({ context: { equals: { secret: 'yes' } } }), effect: 'deny' } as const;
      const by = await arriveWith({ role: 'crypto-user', scope: { keyring: 'default' } }, deny);
      expect(await codeOf(seal(by))).toBe('none');
      expect(await codeOf(seal(by, { secret: 'no' }))).toBe('none');
      expect(await codeOf(seal(by, { secret: 'yes', more: '1' }))).toBe('permission-denied');
    });

    it('are shown with the binding, in the record, and by whoami', async () => {
      const by = await arriveWith(crypto({ sourceNetworks: ['10.0.0.0/8'] }));
      const { roles } = await bed.kms.perform(whoami, {}, by);
      expect(roles).toEqual([
        {
          role: 'crypto-user',
          effect: 'allow',
          scope: { keyring: bed.keyringId },
          conditions: { sourceNetworks: ['10.0.0.0/8'] },
        },
      ]);
      const [record] = await bed.deps.journal.query({ operation: 'binding.create', limit: 1 });
      expect(record?.detail).toMatchObject({ conditions: { sourceNetworks: ['10.0.0.0/8'] } });
    });

    it.each<[string, NonNullable<Binding['conditions']>]>([
      ['an empty context', { context: {} }],
      ['a context nothing meets', { context: { equals: { a: '1' }, subset: ['b'] } }],
      ['no network', { sourceNetworks: ['10.0.0.0/33'] }],
      ['no networks', { sourceNetworks: [] }],
      ['a door that is not there', { doors: ['window'] }],
      ['a strength that is not there', { authentication: ['single'] }],
      ['an end in the past', { expiresAt: new Date(0) }],
    ])('are refused: %s', async (_, conditions) => {
      const { id: caller } = (await bed.kms.change(createCaller, { name: freshName(), type: 'service' }, admin)).output;
      expect(await codeOf(bind({ caller, ...crypto(conditions) }))).toBe('invalid-request');
    });

    it('tags select keys, as they are tagged now', async () => {
      const shop = await addKey({ team: 'shop', stage: 'live' });
      const other = await addKey({ team: 'bank' });
      const by = await arriveWith({ role: 'crypto-user', scope: { keyring: 'default', tags: { team: 'shop' } } });
      expect(await codeOf(seal(by, undefined, shop.id))).toBe('none');
      expect(await codeOf(seal(by, undefined, other.id))).toBe('permission-denied');
      await retag(other.id, { team: 'shop' });
      expect(await codeOf(seal(by, undefined, other.id))).toBe('none');
      await retag(other.id, { team: 'bank' });
      expect(await codeOf(seal(by, undefined, other.id))).toBe('permission-denied');
      const local = await arriveWith({ role: 'key-admin', scope: { keyring: 'default', tags: { team: 'shop' } } });
      expect(await codeOf(retag(shop.id, { team: 'shop', stage: 'test' }, local))).toBe('none');
      expect(await codeOf(retag(shop.id, { team: 'bank' }, local))).toBe('permission-denied');
      expect(await codeOf(retag(other.id, { team: 'shop' }, local))).toBe('permission-denied');
    });

    describe('custom roles', () => {
      it('allow just their permissions where they are bound', async () => {
        const { name, permissions } = await makeRole(['key.rotate', 'key.describe', 'key.rotate']);
        expect(permissions).toEqual(['key.describe', 'key.rotate']);
        const by = await arriveWith({ role: name, scope: { keyring: 'default' } });
        expect(await codeOf(bed.kms.change(rotateKey, { keyring: 'default', key }, by))).toBe('none');
        expect(await codeOf(bed.kms.perform(getKey, { keyring: 'default', key }, by))).toBe('none');
        expect(await codeOf(seal(by))).toBe('permission-denied');
      });

      it('are listed after the built-in ones', async () => {
        const made = await makeRole(['decrypt']);
        const { items } = await bed.kms.perform(listRoles, {}, await bed.arriveAs('auditor'));
        expect(items[0]).toMatchObject({ name: 'administrator', builtIn: true, createdAt: null });
        expect(items).toContainEqual({ ...made, builtIn: false, createdAt: new Date(bed.clock.now()) });
        expect(await codeOf(bed.kms.perform(listRoles, {}, keyAdmin))).toBe('permission-denied');
      });

      it('are not deleted while a binding names them, and may be made anew afterwards', async () => {
        const { name } = await makeRole(['decrypt']);
        const { id: caller } = (await bed.kms.change(createCaller, { name: freshName(), type: 'service' }, admin))
          .output;
        const binding = await bind({ caller, role: name, scope: { keyring: 'default' } });
        await expect(dropRole(name)).rejects.toThrow(`role-in-use: binding ${binding.id}`);
        await bed.kms.change(deleteBinding, { binding: binding.id }, admin);
        expect(await codeOf(dropRole(name))).toBe('none');
        expect(await codeOf(dropRole(name))).toBe('role-not-found');
        expect(await codeOf(bind({ caller, role: name, scope: { keyring: 'default' } }))).toBe('invalid-request');
        expect((await makeRole(['encrypt'], name)).permissions).toEqual(['encrypt']);
      });

      it('are refused with a name that is taken, permissions that are not there, or by somebody else', async () => {
        const { name } = await makeRole(['decrypt']);
        expect(await codeOf(makeRole(['decrypt'], name))).toBe('name-taken');
        expect(await codeOf(makeRole(['decrypt'], 'auditor'))).toBe('name-taken');
        expect(await codeOf(dropRole('auditor'))).toBe('role-in-use');
        for (const bad of [[], ['fly'], ['key.destroy'], ['service.stop'], ['whoami'], ['decrypt', '__proto__']]) {
          expect(await codeOf(makeRole(bad))).toBe('invalid-request');
        }
        expect(await codeOf(makeRole(['decrypt'], freshName(), keyAdmin))).toBe('permission-denied');
      });
    });
  });
}
