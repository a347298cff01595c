import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createBinding } from '../../../src/operations/access/create-binding.js';
import { createToken } from '../../../src/operations/access/create-token.js';
import { deleteBinding } from '../../../src/operations/access/delete-binding.js';
import { revokeCredential } from '../../../src/operations/access/revoke-credential.js';
import { disableCaller } from '../../../src/operations/access/disable-caller.js';
import { listBindings } from '../../../src/operations/access/list-bindings.js';
import { approveRequest } from '../../../src/operations/approvals/decide-approval.js';
import { updateSettings } from '../../../src/operations/governance/update-settings.js';
import { updateKeyring } from '../../../src/operations/keyrings/update-keyring.js';
import { generateToken } from '../../../src/access/token.js';
import { INSTALL_SCOPE } from '../../../src/ledger/sealed-tables.js';
import { asToken } from '../../support/as-token.js';
import { codeOf } from '../../support/code-of.js';
import { approvalOf, Governed, type Member } from '../../support/governed.js';
import type { TestBed } from '../../support/test-bed.js';

/** Who may decide requests under dual control, on whatever they are stored in. */
export function approversSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`approvers, ${place}`, () => {
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

    /** Changes the keyring's settings: guarded. */
    const call = async (by: Member, approval: string | undefined, description: string) =>
      bed.kms.change(updateKeyring, { keyring, description, separationOfDuties: true }, await by.arrive(approval));
    /** A request of its own. */
    const ask = async (by: Member) => approvalOf(call(by, undefined, randomUUID()));
    const decide = async (approval: string, by: Member) =>
      codeOf(bed.kms.change(approveRequest, { approval }, await by.arrive()));
    /** By way of the approver who is there already. */
    const bindApproved = async (caller: string, by: Member, role = 'approver') => {
      const binding = { caller, role, scope: { keyring } };
      const approval = await approvalOf(bed.kms.change(createBinding, binding, await by.arrive()));
      await governed.approve(approval, approver);
      await bed.kms.change(createBinding, binding, await by.arrive(approval));
      bed.clock.advance(1000);
    };

    it('are persons with a second factor', async () => {
      const approval = await ask(asker);
      const single = bed.kms.change(approveRequest, { approval }, await bed.arriveAs('approver', { keyring }));
      await expect(single).rejects.toThrow(/^permission-denied: approvers prove themselves by a second factor/);
      const robot = await governed.member(undefined, undefined, { type: 'service' });
      await bindApproved(robot.id, asker);
      expect(await decide(await ask(asker), robot)).toBe('permission-denied');
      expect(await decide(approval, approver)).toBe('none');
    });

    it('are not the one who asks', async () => {
      const both = await governed.member('administrator');
      await bindApproved(both.id, asker);
      const approval = await ask(both);
      expect(await decide(approval, both)).toBe('permission-denied');
      expect(await decide(approval, approver)).toBe('none');
    });

    it('were bound before the request', async () => {
      const late = await governed.member();
      const approval = await ask(asker);
      await bindApproved(late.id, await governed.member('administrator'));
      expect(await decide(approval, late)).toBe('permission-denied');
      expect(await decide(await ask(asker), late)).toBe('none');
    });

    it('were not made, nor bound, nor given their credential by the one who asks, nor by somebody he made', async () => {
      const own = await governed.member(undefined, undefined, { by: await asker.arrive() });
      await bindApproved(own.id, await governed.member('administrator'));
      const bound = await governed.member();
      await bindApproved(bound.id, asker);
      const puppet = await governed.member('administrator', undefined, { by: await asker.arrive() });
      const ofPuppet = await governed.member(undefined, undefined, { by: await puppet.arrive() });
      await bindApproved(ofPuppet.id, await governed.member('administrator'));
      const approval = await ask(asker);
      for (const one of [own, bound, ofPuppet]) expect(await decide(approval, one)).toBe('permission-denied');
      const other = await governed.member('administrator');
      const another = await ask(other);
      expect(await decide(another, own)).toBe('none');
    });

    it('did not make the one who asks, nor give him his credential', async () => {
      const second = await governed.member('administrator');
      await bindApproved(second.id, asker);
      const puppet = await governed.member('administrator', undefined, { by: await second.arrive() });
      const approval = await ask(puppet);
      expect(await decide(approval, second)).toBe('permission-denied');
    });

    it('must be so at the execution too', async () => {
      const two = await governed.member();
      await bindApproved(two.id, await governed.member('administrator'));
      const approval = await approvalOf(call(asker, undefined, 'lost'));
      expect(await decide(approval, two)).toBe('none');
      await bed.kms.change(disableCaller, { caller: two.id }, governed.maker);
      await expect(call(asker, approval, 'lost')).rejects.toThrow(/^approval-stale: the approvers of .* are too few/);
    });

    it('stand by their word when they log out, and not when their credential is revoked', async () => {
      const { id, secret, token } = generateToken();
      const { ledger, secrets } = bed.deps;
      const session = { id, callerId: approver.id, kind: 'token', purpose: 'session', source: 'any' } as const;
      const hash = secrets.digest('token', id, secret);
      const dates = { expiresAt: null, revokedAt: null, createdAt: new Date(bed.clock.now()) };
      const row = { ...session, ...dates, hash, description: '', createdBy: approver.id };
      await ledger.change([INSTALL_SCOPE], async (change) => change.put('credential', row));
      const presented = asToken(token);
      const inSession = await bed.kms.arrive({ door: 'test', source: null, requestId: randomUUID(), presented });
      const kept = await approvalOf(call(asker, undefined, 'kept'));
      await bed.kms.change(approveRequest, { approval: kept }, inSession);
      const ended = { ...row, revokedAt: new Date(bed.clock.now()) };
      await ledger.change([INSTALL_SCOPE], async (change) => change.put('credential', ended));
      expect(await codeOf(call(asker, kept, 'kept'))).toBe('none');

      const lost = await approvalOf(call(asker, undefined, 'stolen'));
      expect(await decide(lost, approver)).toBe('none');
      const { credentials } = (await ledger.install()).access;
      const own = [...credentials.values()].filter(
        ({ callerId, kind }) => callerId === approver.id && kind !== 'token',
      );
      for (const { id: credential } of own) {
        await bed.kms.change(revokeCredential, { caller: approver.id, credential }, governed.maker);
      }
      expect(await codeOf(call(asker, lost, 'stolen'))).toBe('approval-stale');
    });

    it('are as many as there must be, before dual control begins', async () => {
      const settings = { dualControl: { approvers: 2 } };
      await expect(bed.kms.change(updateSettings, settings, await asker.arrive())).rejects.toThrow(
        /^invalid-transition: dual control by 2 needs as many approvers/,
      );
      for (const approvers of [0, 17, 1.5]) {
        const input = { keyring, dualControl: { approvers } };
        expect(await codeOf(bed.kms.change(updateKeyring, input, await asker.arrive()))).toBe('invalid-request');
      }
      const unknown = { keyring, dualControl: { approvers: 1, operations: ['encrypt'] } };
      expect(await codeOf(bed.kms.change(updateKeyring, unknown, await asker.arrive()))).toBe('invalid-request');
    });

    it('guard their own set, and the credentials of its members', async () => {
      const bindings = await bed.kms.perform(listBindings, { caller: approver.id }, governed.maker);
      const binding = bindings.items[0]!.id;
      await approvalOf(bed.kms.change(deleteBinding, { binding }, await asker.arrive()));
      await approvalOf(bed.kms.change(createToken, { caller: approver.id }, await asker.arrive()));
      const everywhere = { caller: approver.id, role: 'approver', scope: { everything: true } } as const;
      await approvalOf(bed.kms.change(createBinding, everywhere, await asker.arrive()));
      const denial = { ...everywhere, scope: { keyring }, effect: 'deny' } as const;
      await approvalOf(bed.kms.change(createBinding, denial, await asker.arrive()));
    });
  });
}
