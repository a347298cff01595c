import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBinding } from '../../../src/operations/access/create-binding.js';
import { createToken } from '../../../src/operations/access/create-token.js';
import { disableCaller } from '../../../src/operations/access/disable-caller.js';
import { listTokens } from '../../../src/operations/access/list-tokens.js';
import { cancelApproval } from '../../../src/operations/approvals/cancel-approval.js';
import { approveRequest, rejectRequest } from '../../../src/operations/approvals/decide-approval.js';
import { getApproval } from '../../../src/operations/approvals/get-approval.js';
import { listApprovals } from '../../../src/operations/approvals/list-approvals.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { readAudit } from '../../../src/operations/audit/read-audit.js';
import { updateKeyring } from '../../../src/operations/keyrings/update-keyring.js';
import { runMaintenance } from '../../../src/operations/maintenance.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { disableKey } from '../../../src/operations/keys/disable-key.js';
import { enableKey } from '../../../src/operations/keys/enable-key.js';
import { codeOf } from '../../support/code-of.js';
import { approvalOf, Governed, type Member } from '../../support/governed.js';
import type { TestBed } from '../../support/test-bed.js';

const DAY_MS = 86_400_000;

/** Calls that need several people, on whatever they are stored in. */
export function approvalsSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`requests under dual control, ${place}`, () => {
    let bed: TestBed;
    let governed: Governed;
    let asker: Member;
    let auditor: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      governed = await Governed.in(bed);
      asker = await governed.member('administrator');
      auditor = await bed.arriveAs('auditor');
    });
    afterAll(() => bed.dispose());

    const tokenFor = async (caller: string, approval?: string, more: { expiresIn?: number } = {}) =>
      (await bed.kms.change(createToken, { caller, ...more }, await asker.arrive(approval))).output;
    const recordsOf = async (operation: string) =>
      (await bed.kms.perform(readAudit, { operation, limit: 8 }, auditor)).items;
    /** A keyring of two approvers, with an application that uses its keys. */
    const stand = async () => {
      const keyring = await governed.keyring(2);
      const app = await governed.member(undefined, undefined, { type: 'service' });
      const by = await asker.arrive();
      const binding = { caller: app.id, role: 'crypto-user', scope: { keyring: keyring.id } };
      const approval = await approvalOf(bed.kms.change(createBinding, binding, by));
      await governed.approve(approval, ...keyring.approvers);
      await bed.kms.change(createBinding, binding, await asker.arrive(approval));
      return { ...keyring, app: app.id };
    };

    it('are carried out once, when as many as must have approved', async () => {
      const { approvers, app } = await stand();
      const approval = await approvalOf(tokenFor(app));
      expect((await bed.kms.perform(listTokens, { caller: app }, auditor)).items).toEqual([]);
      expect(await approvalOf(tokenFor(app, approval))).toBe(approval);
      expect(await governed.approve(approval, approvers[0]!)).toBe('pending');
      expect(await approvalOf(tokenFor(app, approval))).toBe(approval);
      expect(await governed.approve(approval, approvers[1]!)).toBe('approved');
      const attempts = await Promise.allSettled([tokenFor(app, approval), tokenFor(app, approval)]);
      expect(attempts.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      await expect(tokenFor(app, approval)).rejects.toThrow(/^approval-stale: request .* is executed/);
      expect((await bed.kms.perform(listTokens, { caller: app }, auditor)).items).toHaveLength(1);
    });

    it('are on record step by step', async () => {
      const { id: keyring, approvers, app } = await stand();
      const approval = await approvalOf(tokenFor(app));
      await governed.approve(approval, ...approvers);
      await tokenFor(app, approval);
      const [executed, requested] = await recordsOf('token.create');
      expect(requested).toMatchObject({
        outcome: 'error',
        code: 'approval-required',
        caller: asker.id,
        detail: { approval, guarded: 'credential-of-key-user', required: [{ keyring, approvers: 2 }] },
      });
      expect(executed).toMatchObject({
        outcome: 'success',
        detail: { approval, guarded: 'credential-of-key-user', approvers: approvers.map(({ id }) => id) },
      });
      const [second, first] = await recordsOf('approval.decide');
      const decided = { approval, verdict: 'approve', operation: 'token.create', requester: asker.id };
      expect(first).toMatchObject({ caller: approvers[0]!.id, detail: { ...decided, state: 'pending' } });
      expect(second).toMatchObject({ caller: approvers[1]!.id, detail: { ...decided, state: 'approved' } });
    });

    it('show their approvers what is asked for, and are shown to nobody else', async () => {
      const { id: keyring, approvers, app } = await stand();
      const approval = await approvalOf(tokenFor(app, undefined, { expiresIn: 77 }));
      const approver = await approvers[0]!.arrive();
      expect(await bed.kms.perform(getApproval, { approval }, approver)).toMatchObject({
        id: approval,
        operation: 'token.create',
        state: 'pending',
        requester: asker.id,
        subject: { resource: `caller/${app}` },
        request: { caller: app, expiresIn: 77 },
        required: [{ keyring, approvers: 2 }],
      });
      const elsewhere = await (await governed.keyring(1)).approvers[0]!.arrive();
      expect(await codeOf(bed.kms.perform(getApproval, { approval }, elsewhere))).toBe('approval-not-found');
      expect(await codeOf(bed.kms.change(approveRequest, { approval }, elsewhere))).toBe('approval-not-found');
      expect((await bed.kms.perform(listApprovals, {}, elsewhere)).items).toEqual([]);
      const { items } = await bed.kms.perform(listApprovals, { state: 'pending' }, approver);
      expect(items.map(({ id }) => id)).toEqual([approval]);
      expect(await codeOf(bed.kms.perform(listApprovals, {}, await bed.arriveAs('crypto-user')))).toBe(
        'permission-denied',
      );
    });

    it('approve one call: another input, caller or operation is stale', async () => {
      const { approvers, app } = await stand();
      const approval = await approvalOf(tokenFor(app));
      await governed.approve(approval, ...approvers);
      expect(await codeOf(tokenFor(app, approval, { expiresIn: 60 }))).toBe('approval-stale');
      const other = await governed.member(undefined, undefined, { type: 'service' });
      expect(await codeOf(tokenFor(other.id, approval))).toBe('approval-stale');
      expect(await codeOf(bed.kms.change(disableCaller, { caller: app }, await asker.arrive(approval)))).toBe(
        'approval-stale',
      );
      const second = await governed.member('administrator');
      expect(await codeOf(bed.kms.change(createToken, { caller: app }, await second.arrive(approval)))).toBe(
        'approval-not-found',
      );
      expect(await tokenFor(app, approval)).toHaveProperty('token');
    });

    it('are stale when what they were decided on has changed', async () => {
      const { approvers, app } = await stand();
      const approval = await approvalOf(tokenFor(app));
      await governed.approve(approval, ...approvers);
      await bed.kms.change(disableCaller, { caller: app }, governed.maker);
      expect(await codeOf(tokenFor(app, approval))).toBe('approval-stale');
    });

    it('end by a rejection, by their requester, or by themselves', async () => {
      const { approvers, app } = await stand();
      const [one, two] = approvers;
      const rejected = await approvalOf(tokenFor(app));
      await governed.approve(rejected, one!);
      await bed.kms.change(rejectRequest, { approval: rejected }, await two!.arrive());
      const cancelled = await approvalOf(tokenFor(app));
      expect(cancelled).not.toBe(rejected);
      const cancel = async (by: Arrival) => bed.kms.change(cancelApproval, { approval: cancelled }, by);
      expect(await codeOf(cancel(governed.maker))).toBe('permission-denied');
      await cancel(await asker.arrive());
      const expired = await approvalOf(tokenFor(app));
      await governed.approve(expired, one!, two!);
      bed.clock.advance(DAY_MS);
      await runMaintenance(bed.kms, bed.deps);
      const ended = (await recordsOf('approval.expire')).filter(({ resource }) => resource === `approval/${expired}`);
      expect(ended).toMatchObject([
        { caller: 'system:lifecycle', detail: { operation: 'token.create', state: 'expired' } },
      ]);
      for (const [approval, state] of [
        [rejected, 'rejected'],
        [cancelled, 'cancelled'],
        [expired, 'expired'],
      ] as const) {
        await expect(tokenFor(app, approval)).rejects.toThrow(new RegExp(`^approval-stale: request .* is ${state}`));
        expect(await codeOf(governed.approve(approval, one!))).toBe('invalid-transition');
        expect(await bed.kms.perform(getApproval, { approval }, auditor)).toMatchObject({ state });
      }
    });

    it('asked for twice are one request', async () => {
      const { app } = await stand();
      const approval = await approvalOf(tokenFor(app));
      expect(await approvalOf(tokenFor(app))).toBe(approval);
    });

    it('are needed for the operations of the list, and for no other', async () => {
      const { id: keyring, approvers } = await governed.keyring(1, ['key.disable']);
      const keyAdmin = await governed.member('key-admin', { keyring });
      const { id: key } = (await bed.kms.change(createKey, { keyring }, await keyAdmin.arrive())).output;
      const disable = async (approval?: string) =>
        bed.kms.change(disableKey, { keyring, key }, await keyAdmin.arrive(approval));
      const approval = await approvalOf(disable());
      await governed.approve(approval, ...approvers);
      expect((await disable(approval)).output.state).toBe('disabled');
      expect((await bed.kms.change(enableKey, { keyring, key }, await keyAdmin.arrive())).output.state).toBe('enabled');
    });

    it('change and end dual control itself', async () => {
      const { id: keyring, approvers } = await governed.keyring(1);
      const off = async (approval?: string) =>
        bed.kms.change(updateKeyring, { keyring, dualControl: null }, await asker.arrive(approval));
      const approval = await approvalOf(off());
      await governed.approve(approval, ...approvers);
      expect((await off(approval)).output.dualControl).toBeNull();
      expect((await recordsOf('keyring.update'))[0]).toMatchObject({ detail: { guarded: 'dual-control', approval } });
    });
  });
}
