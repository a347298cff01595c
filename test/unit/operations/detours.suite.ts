import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { addMember, removeMember } from '../../../src/operations/access/change-members.js';
import { createBinding } from '../../../src/operations/access/create-binding.js';
import { createGroup } from '../../../src/operations/access/create-group.js';
import { createRole } from '../../../src/operations/access/create-role.js';
import { deleteRole } from '../../../src/operations/access/delete-role.js';
import { disableCaller } from '../../../src/operations/access/disable-caller.js';
import { enableCaller } from '../../../src/operations/access/enable-caller.js';
import { rotateToken } from '../../../src/operations/access/rotate-token.js';
import { approveRequest, rejectRequest } from '../../../src/operations/approvals/decide-approval.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { updateKey } from '../../../src/operations/keys/update-key.js';
import { updateKeyring } from '../../../src/operations/keyrings/update-keyring.js';
import { codeOf } from '../../support/code-of.js';
import { approvalOf, Governed, type Member } from '../../support/governed.js';
import { peopleAtDoor } from '../../support/people-at-door.js';
import type { TestBed } from '../../support/test-bed.js';

const name = () => `d-${randomUUID().slice(0, 23)}`;

/** Ways around dual control, by who is allowed a part of each, on whatever they are stored in. */
export function detoursSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`detours around dual control, ${place}`, () => {
    let bed: TestBed;
    let governed: Governed;
    let asker: Member;
    let keyring: string;
    let approver: Member;

    beforeAll(async () => {
      bed = await makeBed();
      governed = await Governed.in(bed);
      asker = await governed.member('administrator');
      const made = await governed.keyring(1);
      keyring = made.id;
      approver = made.approvers[0]!;
    });
    afterAll(() => bed.dispose());

    /** With the approval of the one who may give it. */
    const approved = async <T>(call: (by: Arrival) => Promise<T>): Promise<T> => {
      const approval = await approvalOf(call(await asker.arrive()));
      await governed.approve(approval, approver);
      return call(await asker.arrive(approval));
    };
    const bound = async (role = 'crypto-user', tags?: Record<string, string>) => {
      const { id } = await governed.member(undefined, undefined, { type: 'service' });
      const scope = tags ? { keyring, tags } : { keyring };
      await approved((by) => bed.kms.change(createBinding, { caller: id, role, scope }, by));
      return id;
    };

    it('to enable a caller who may use keys, or an approver, is guarded; to disable it never waits', async () => {
      for (const caller of [await bound(), approver.id]) {
        await bed.kms.change(disableCaller, { caller }, await asker.arrive());
        const enable = async () => bed.kms.change(enableCaller, { caller }, await asker.arrive());
        await approvalOf(enable());
        if (caller === approver.id) {
          const second = await governed.keyring(1);
          [keyring, approver] = [second.id, second.approvers[0]!];
        }
      }
      const { id: caller } = await governed.member('administrator');
      await bed.kms.change(disableCaller, { caller }, await asker.arrive());
      await bed.kms.change(enableCaller, { caller }, await asker.arrive());
    });

    it('to bring a key under a binding by tags, or out of a denial, is guarded', async () => {
      await bound('decrypt-only', { team: 'red' });
      const keyAdmin = await governed.member('key-admin', { keyring });
      const { id: key } = (await bed.kms.change(createKey, { keyring }, await keyAdmin.arrive())).output;
      const tag = async (tags: Record<string, string>, approval?: string) =>
        bed.kms.change(updateKey, { keyring, key, tags }, await keyAdmin.arrive(approval));
      await tag({ team: 'blue' });
      const approval = await approvalOf(tag({ team: 'red', more: 'x' }));
      await governed.approve(approval, approver);
      expect((await tag({ team: 'red', more: 'x' }, approval)).output.tags).toEqual({ team: 'red', more: 'x' });
      await tag({ team: 'red' });
      const { id: caller } = await governed.member(undefined, undefined, { type: 'service' });
      const scope = { keyring, tags: { team: 'red' } };
      const denial = { caller, role: 'crypto-user', effect: 'deny', scope } as const;
      await bed.kms.change(createBinding, denial, await asker.arrive());
      await approvalOf(tag({}));
    });

    it('a custom role that is made anew under the approved name is stale', async () => {
      const role = name();
      const make = async (...permissions: string[]) =>
        bed.kms.change(createRole, { name: role, permissions }, await asker.arrive());
      await make('encrypt');
      const { id: caller } = await governed.member(undefined, undefined, { type: 'service' });
      const bind = async (approval?: string) =>
        bed.kms.change(createBinding, { caller, role, scope: { keyring } }, await asker.arrive(approval));
      const approval = await approvalOf(bind());
      await governed.approve(approval, approver);
      await bed.kms.change(deleteRole, { role }, await asker.arrive());
      await make('encrypt', 'decrypt');
      expect(await codeOf(bind(approval))).toBe('approval-stale');
    });

    it('a group that changed since its new member was approved is stale', async () => {
      const group = name();
      await bed.kms.change(createGroup, { name: group }, await asker.arrive());
      await approved((by) => bed.kms.change(createBinding, { group, role: 'crypto-user', scope: { keyring } }, by));
      const [one, two] = [await governed.member(), await governed.member()];
      const add = (caller: string) => (by: Arrival) => bed.kms.change(addMember, { group, caller }, by);
      const approval = await approvalOf(add(one.id)(await asker.arrive()));
      await governed.approve(approval, approver);
      await approved(add(two.id));
      expect(await codeOf(add(one.id)(await asker.arrive(approval)))).toBe('approval-stale');
      await approvalOf(bed.kms.change(removeMember, { group, caller: two.id }, await asker.arrive()));
    });

    it('who invited a person is not independent of it, whichever of the two asks', async () => {
      const both = await governed.member('administrator');
      await approved((by) =>
        bed.kms.change(createBinding, { caller: both.id, role: 'approver', scope: { keyring } }, by),
      );
      const lured = peopleAtDoor(bed, await both.arrive());
      const person = await peopleAtDoor(bed, governed.maker).addPerson();
      const session = await lured.logIn({ ...person, ...(await lured.enrolAgain(person.id)) });
      const inSession = await lured.withToken(session.token);
      await governed.bind(person.id, 'administrator', { everything: true });
      const change = { keyring, description: name(), separationOfDuties: true };
      const approval = await approvalOf(bed.kms.change(updateKeyring, change, inSession));
      expect(await codeOf(bed.kms.change(approveRequest, { approval }, await both.arrive()))).toBe('permission-denied');
      expect(await governed.approve(approval, approver)).toBe('approved');
    });

    it('an approval that is not used yet may be taken back, by its giver too', async () => {
      const change = { keyring, description: name(), separationOfDuties: true };
      const call = async (approval?: string) => bed.kms.change(updateKeyring, change, await asker.arrive(approval));
      const approval = await approvalOf(call());
      expect(await governed.approve(approval, approver)).toBe('approved');
      await bed.kms.change(rejectRequest, { approval }, await approver.arrive());
      expect(await codeOf(call(approval))).toBe('approval-stale');
    });

    it('what is short-lived is not rotated into what is not', async () => {
      const door = peopleAtDoor(bed, governed.maker);
      const person = await door.enrolled();
      const session = await door.logIn(person);
      const invitation = await door.invite((await door.addPerson()).id);
      for (const { id: token, caller } of [session, invitation]) {
        const rotate = bed.kms.change(rotateToken, { caller, token, expiresIn: 86_400 }, await asker.arrive());
        await expect(rotate).rejects.toThrow(/^invalid-transition: a token for (session|invitation) is not rotated/);
      }
    });
  });
}
