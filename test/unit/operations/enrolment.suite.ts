import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBinding } from '../../../src/operations/access/create-binding.js';
import { createCaller } from '../../../src/operations/access/create-caller.js';
import { disableCaller } from '../../../src/operations/access/disable-caller.js';
import { listTokens } from '../../../src/operations/access/list-tokens.js';
import { whoami } from '../../../src/operations/access/whoami.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { changePassword } from '../../../src/operations/people/change-password.js';
import { confirmEnrolment } from '../../../src/operations/people/confirm-enrolment.js';
import { createSession } from '../../../src/operations/people/create-session.js';
import { enrol } from '../../../src/operations/people/enrol.js';
import { codeAt } from '../../support/authenticator-app.js';
import { codeOf } from '../../support/code-of.js';
import { PASSWORD, peopleAtDoor, present, STEP_MS } from '../../support/people-at-door.js';
import type { TestBed } from '../../support/test-bed.js';

/** Invitations, resets and changes of password, on whatever they are stored in. */
export function enrolmentSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`people who enrol, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;
    let door: ReturnType<typeof peopleAtDoor>;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('administrator');
      door = peopleAtDoor(bed, admin);
    });
    afterAll(() => bed.dispose());

    it('an invitation and a password are good for nothing else, whatever the roles', async () => {
      const person = await door.enrolled();
      const everything = { scope: { everything: true }, role: 'administrator' } as const;
      await bed.kms.change(createBinding, { caller: person.id, ...everything }, admin);
      const byPassword = await door.comeIn(person);
      const invited = await door.withToken((await door.invite(person.id)).token);
      for (const arrival of [byPassword, invited]) {
        expect(await codeOf(bed.kms.change(createCaller, { name: 'mine', type: 'service' }, arrival))).toBe(
          'permission-denied',
        );
        expect(await codeOf(bed.kms.perform(whoami, {}, arrival))).toBe('permission-denied');
        expect(await bed.kms.mayAnywhere(arrival, 'caller.create')).toBe(false);
      }
      expect(await codeOf(bed.kms.change(createSession, {}, invited))).toBe('permission-denied');
      expect(await codeOf(bed.kms.change(createSession, {}, admin))).toBe('permission-denied');
      expect(await codeOf(bed.kms.change(enrol, { password: PASSWORD }, byPassword))).toBe('permission-denied');
    });

    it('an invitation is good once, and a newer one ends it', async () => {
      const { id } = await door.addPerson();
      const older = await door.invite(id);
      const newer = await door.invite(id);
      expect(await codeOf(door.withToken(older.token))).toBe('unauthenticated');
      const invited = await door.withToken(newer.token);
      expect(await codeOf(bed.kms.change(confirmEnrolment, { code: '123456' }, invited))).toBe('invalid-transition');
      const { totpSecret } = (await bed.kms.change(enrol, { password: PASSWORD }, invited)).output;
      const wrong = codeAt(totpSecret, bed.clock.now() + 10 * STEP_MS);
      expect(await codeOf(bed.kms.change(confirmEnrolment, { code: wrong }, invited))).toBe('invalid-request');
      await bed.kms.change(confirmEnrolment, { code: door.codeNow(totpSecret) }, invited);
      expect(await codeOf(door.withToken(newer.token))).toBe('unauthenticated');
      expect(await codeOf(bed.kms.change(enrol, { password: PASSWORD }, invited))).toBe('unauthenticated');
      expect(await codeOf(door.invite((await door.addPerson('service')).id))).toBe('invalid-request');
    });

    it('a reset ends the old password, code and sessions when it is confirmed, not before', async () => {
      const person = await door.enrolled();
      const session = await door.logIn(person);
      const invited = await door.withToken((await door.invite(person.id)).token);
      const { totpSecret } = (await bed.kms.change(enrol, { password: 'another long password' }, invited)).output;
      expect(await codeOf(door.withToken(session.token))).toBe('none');
      bed.clock.advance(STEP_MS);
      expect(await codeOf(door.comeIn(person))).toBe('none');
      await bed.kms.change(confirmEnrolment, { code: door.codeNow(totpSecret) }, invited);
      expect(await codeOf(door.withToken(session.token))).toBe('unauthenticated');
      bed.clock.advance(STEP_MS);
      expect(await codeOf(door.comeIn(person))).toBe('unauthenticated');
      const again = present({ ...person, totpSecret }, door.codeNow(totpSecret), 'another long password');
      expect(await codeOf(door.arrive(again))).toBe('none');
    });

    it('change their password, and their sessions end', async () => {
      const person = await door.enrolled();
      const session = await door.logIn(person);
      bed.clock.advance(STEP_MS);
      const change = { newPassword: 'a password that is new' };
      expect((await bed.kms.change(changePassword, change, await door.comeIn(person))).output).toEqual({
        sessionsEnded: 1,
      });
      expect(await codeOf(door.withToken(session.token))).toBe('unauthenticated');
      bed.clock.advance(STEP_MS);
      expect(await codeOf(door.comeIn(person))).toBe('unauthenticated');
      expect(await codeOf(door.arrive(present(person, door.codeNow(person.totpSecret), change.newPassword)))).toBe(
        'none',
      );
    });

    it('are refused with a bad password, and when they were disabled', async () => {
      const { id, name } = await door.addPerson();
      const invited = await door.withToken((await door.invite(id)).token);
      for (const password of ['short', name, 'aaaaaaaaaaaaaaaa', 'x'.repeat(257)]) {
        expect(await codeOf(bed.kms.change(enrol, { password }, invited))).toBe('invalid-request');
      }
      const person = await door.enrolled();
      const session = await door.logIn(person);
      await bed.kms.change(disableCaller, { caller: person.id }, admin);
      bed.clock.advance(STEP_MS);
      expect(await codeOf(door.comeIn(person))).toBe('unauthenticated');
      expect(await codeOf(door.withToken(session.token))).toBe('unauthenticated');
    });

    it('leave no password, code or token in what is on record or in rows that can be read', async () => {
      const person = await door.enrolled();
      const session = await door.logIn(person);
      const { items } = await bed.kms.perform(listTokens, { caller: person.id, limit: 100 }, admin);
      const records = await bed.deps.journal.query({ limit: 200 });
      const { credentials } = (await bed.deps.ledger.install()).access;
      const all = JSON.stringify([
        records,
        items,
        [...credentials.values()].map((row) => [row, row.hash.toString('latin1')]),
      ]);
      for (const secret of [PASSWORD, person.totpSecret, session.token.slice(21), person.recoveryCodes[0] ?? '']) {
        expect(all).not.toContain(secret);
      }
    });
  });
}
