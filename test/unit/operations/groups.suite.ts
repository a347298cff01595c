import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addMember, removeMember } from '../../../src/operations/access/change-members.js';
import { createBinding } from '../../../src/operations/access/create-binding.js';
import { createGroup } from '../../../src/operations/access/create-group.js';
import { deleteBinding } from '../../../src/operations/access/delete-binding.js';
import { deleteGroup } from '../../../src/operations/access/delete-group.js';
import { disableCaller } from '../../../src/operations/access/disable-caller.js';
import { explainAccess } from '../../../src/operations/access/explain-access.js';
import { listGroups } from '../../../src/operations/access/list-groups.js';
import { whoCan } from '../../../src/operations/access/who-can.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { encrypt } from '../../../src/operations/crypto/encrypt.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { codeOf } from '../../support/code-of.js';
import type { TestBed } from '../../support/test-bed.js';

const DEFAULT = { keyring: 'default' } as const;
const RESOURCE = 'keyrings/default/keys/orders';

/** Groups, and who may do what and why, on whatever it is stored in. */
export function groupsSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`groups and explanations, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;
    let auditor: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('administrator');
      auditor = await bed.arriveAs('auditor');
      await bed.kms.change(createKey, { ...DEFAULT, name: 'orders' }, await bed.arriveAs('key-admin'));
    });
    afterAll(() => bed.dispose());

    /** Somebody who may do nothing of interest yet. */
    const stranger = () => bed.arriveAs('verify-only', { keyring: '00000000-0000-7000-8000-000000000000' });
    const newGroup = async () =>
      (await bed.kms.change(createGroup, { name: `g-${randomUUID().slice(-12)}` }, admin)).output;
    const bind = async (group: string, role: string, effect: 'allow' | 'deny' = 'allow') =>
      (await bed.kms.change(createBinding, { group, role, effect, scope: DEFAULT }, admin)).output;
    const add = (group: string, { caller }: Arrival) => bed.kms.change(addMember, { group, caller: caller.id }, admin);
    const use = (arrival: Arrival) =>
      codeOf(bed.kms.perform(encrypt, { ...DEFAULT, key: 'orders', plaintext: Buffer.from('x') }, arrival));
    const explained = ({ caller }: Arrival, more = {}) =>
      bed.kms.perform(explainAccess, { caller: caller.id, operation: 'encrypt', resource: RESOURCE, ...more }, auditor);

    it('a member may do what its group may, as long as it is in it', async () => {
      const [user, { id }] = [await stranger(), await newGroup()];
      await bind(id, 'encrypt-only');
      expect(await use(user)).toBe('permission-denied');
      expect((await add(id, user)).output.members).toEqual([{ id: user.caller.id, name: user.caller.name }]);
      expect(await use(user)).toBe('none');
      expect(await explained(user)).toMatchObject({ allowed: true, reason: 'allowed' });
      await bed.kms.change(removeMember, { group: id, caller: user.caller.name }, admin);
      expect(await use(user)).toBe('permission-denied');
      expect(await explained(user)).toMatchObject({ allowed: false, reason: 'no-binding' });
    });

    it('a deny of a group wins over an allow of the caller’s own', async () => {
      const [user, { id, name }] = [await bed.arriveAs('crypto-user'), await newGroup()];
      const deny = await bind(name, 'encrypt-only', 'deny');
      await add(name, user);
      expect(await use(user)).toBe('permission-denied');
      const { reason, bindings } = await explained(user);
      expect({ reason, first: bindings[0] }).toMatchObject({
        reason: 'denied',
        first: { id: deny.id, group: id, groupName: name, caller: null, verdict: 'denies' },
      });
      expect(await codeOf(bed.kms.change(deleteGroup, { group: id }, admin))).toBe('group-in-use');
      await bed.kms.change(deleteBinding, { binding: deny.id }, admin);
      await bed.kms.change(deleteGroup, { group: id }, admin);
      expect(await use(user)).toBe('none');
      const { items } = await bed.kms.perform(listGroups, { limit: 1000 }, auditor);
      expect(items.map((group) => group.id)).not.toContain(id);
      expect(await codeOf(bed.kms.change(addMember, { group: id, caller: user.caller.id }, admin))).toBe(
        'group-not-found',
      );
    });

    it('nobody gets in by a group of his own, nor is duty mixed by one', async () => {
      const { id } = await newGroup();
      expect(await codeOf(add(id, admin))).toBe('permission-denied');
      const other = await bed.arriveAs('administrator');
      await bed.kms.change(addMember, { group: id, caller: admin.caller.id }, other);
      const own = { group: id, role: 'auditor', scope: { everything: true } } as const;
      expect(await codeOf(bed.kms.change(createBinding, own, admin))).toBe('permission-denied');
      expect(await codeOf(bed.kms.change(createBinding, { ...own, role: 'crypto-user' }, other))).toBe(
        'conflicting-binding',
      );
      expect(await codeOf(bed.kms.change(createBinding, { ...own, role: 'approver' }, other))).toBe('invalid-request');
      const users = await newGroup();
      await bind(users.id, 'crypto-user');
      expect(await codeOf(bed.kms.change(addMember, { group: users.id, caller: admin.caller.id }, other))).toBe(
        'conflicting-binding',
      );
    });

    it('a binding is for a caller or a group, and a claim of an issuer that lists groups', async () => {
      const { id } = await newGroup();
      const both = { caller: admin.caller.id, group: id, role: 'auditor', scope: DEFAULT };
      expect(await codeOf(bed.kms.change(createBinding, both, admin))).toBe('invalid-request');
      expect(await codeOf(bed.kms.change(createBinding, { role: 'auditor', scope: DEFAULT }, admin))).toBe(
        'invalid-request',
      );
      const claim = { issuer: 'https://unknown.example', value: 'x' };
      expect(await codeOf(bed.kms.change(createGroup, { name: 'mapped', claim }, admin))).toBe('invalid-request');
    });

    it('explains conditions, what ended, separation of duties and disabled callers', async () => {
      const user = await stranger();
      const scope = DEFAULT;
      const conditions = { context: { equals: { tenant: 'a' } } };
      await bed.kms.change(createBinding, { caller: user.caller.id, role: 'crypto-user', scope, conditions }, admin);
      expect(await explained(user)).toMatchObject({
        reason: 'no-binding',
        bindings: [{ verdict: 'conditions-not-met' }, {}],
      });
      expect(await explained(user, { context: { tenant: 'a' } })).toMatchObject({ allowed: true });
      expect(await explained(user, { operation: 'whoami' })).toMatchObject({ allowed: true, reason: 'everybody' });
      expect((await explained(user, { resource: 'keyrings/default' })).bindings.length).toBe(2);
      for (const resource of ['keyrings/none', 'keyrings/default/keys/none', 'everything']) {
        expect(await codeOf(explained(user, { resource }))).toBe('invalid-request');
      }
      await bed.kms.change(disableCaller, { caller: user.caller.id }, admin);
      expect(await explained(user)).toMatchObject({ allowed: false, reason: 'caller-disabled' });
      expect(await codeOf(bed.kms.perform(explainAccess, { caller: 'nobody', operation: 'encrypt' }, auditor))).toBe(
        'caller-not-found',
      );
      const other = await stranger();
      expect(
        await codeOf(bed.kms.perform(explainAccess, { caller: other.caller.id, operation: 'encrypt' }, other)),
      ).toBe('permission-denied');
    });

    it('tells everybody who could, and nobody else', async () => {
      const [direct, byGroup, denied] = [
        await bed.arriveAs('decrypt-only'),
        await stranger(),
        await bed.arriveAs('decrypt-only'),
      ];
      const { id } = await newGroup();
      await bind(id, 'decrypt-only');
      await add(id, byGroup);
      const deny = { caller: denied.caller.id, role: 'decrypt-only', effect: 'deny', scope: DEFAULT } as const;
      await bed.kms.change(createBinding, deny, admin);
      const { items } = await bed.kms.perform(whoCan, { operation: 'decrypt', resource: RESOURCE }, auditor);
      const ids = items.map((item) => item.id);
      expect(ids).toEqual(expect.arrayContaining([direct.caller.id, byGroup.caller.id]));
      for (const other of [denied, admin, auditor]) expect(ids).not.toContain(other.caller.id);
      expect(await codeOf(bed.kms.perform(whoCan, { operation: 'decrypt' }, direct))).toBe('permission-denied');
    });
  });
}
