import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHold } from '../../../src/operations/audit/create-hold.js';
import { deleteHold } from '../../../src/operations/audit/delete-hold.js';
import { updateSettings } from '../../../src/operations/governance/update-settings.js';
import { codeOf } from '../../support/code-of.js';
import { approvalOf, Governed, type Member } from '../../support/governed.js';
import { makeMemoryBed } from '../../support/memory-deps.js';
import type { TestBed } from '../../support/test-bed.js';

describe('how long audit records are kept, under dual control of the install', () => {
  let bed: TestBed;
  let governed: Governed;
  let asker: Member;
  let approver: Member;

  beforeAll(async () => {
    bed = await makeMemoryBed();
    governed = await Governed.in(bed);
    asker = await governed.member('administrator');
    approver = await governed.member('approver');
    await bed.kms.change(updateSettings, { dualControl: { approvers: 1 } }, await asker.arrive());
    bed.clock.advance(1000);
  });
  afterAll(() => bed.dispose());

  const set = async (approval?: string) =>
    bed.kms.change(updateSettings, { auditRetention: { days: 400 } }, await asker.arrive(approval));

  it('is set by several, who go on record with it', async () => {
    const approval = await approvalOf(set());
    await governed.approve(approval, approver);
    const { output } = await set(approval);
    expect(output.auditLog.retention).toMatchObject({
      days: 400,
      setBy: asker.id,
      approval,
      approvers: [approver.id],
    });
  });

  it('is put off by one, and on again by several', async () => {
    const everything = { everything: true, reason: 'a case' } as const;
    const { output: hold } = await bed.kms.change(createHold, everything, await asker.arrive());
    const end = async (approval?: string) =>
      bed.kms.change(deleteHold, { hold: hold.id }, await asker.arrive(approval));
    const approval = await approvalOf(end());
    expect(await codeOf(end(approval))).toBe('approval-required');
    await governed.approve(approval, approver);
    expect((await end(approval)).output).toEqual(hold);
  });

  it('is 365 days or more, and a hold is of something that there is', async () => {
    for (const days of [0, 364, 365.5, Number.NaN]) {
      const input = { auditRetention: { days } };
      expect(await codeOf(bed.kms.change(updateSettings, input, await asker.arrive()))).toBe('invalid-request');
    }
    const arrival = await asker.arrive();
    const hold = (scope: object) => codeOf(bed.kms.change(createHold, { reason: 'r', ...scope }, arrival));
    expect(await hold({})).toBe('invalid-request');
    expect(await hold({ everything: true, keyring: 'default' })).toBe('invalid-request');
    expect(await hold({ key: 'orders' })).toBe('invalid-request');
    expect(await hold({ keyring: 'nothing' })).toBe('keyring-not-found');
    expect(await hold({ keyring: 'default', key: 'nothing' })).toBe('key-not-found');
    const stranger = await (await governed.member('auditor')).arrive();
    expect(await codeOf(bed.kms.change(createHold, { everything: true, reason: 'r' }, stranger))).toBe(
      'permission-denied',
    );
  });
});
