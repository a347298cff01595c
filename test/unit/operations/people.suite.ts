import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { whoami } from '../../../src/operations/access/whoami.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { createRecoveryCodes } from '../../../src/operations/people/create-recovery-codes.js';
import { createSession } from '../../../src/operations/people/create-session.js';
import { endSession } from '../../../src/operations/people/end-session.js';
import { codeAt } from '../../support/authenticator-app.js';
import { codeOf } from '../../support/code-of.js';
import { peopleAtDoor, present, STEP_MS } from '../../support/people-at-door.js';
import type { TestBed } from '../../support/test-bed.js';

/** People who log in, on whatever they are stored in. */
export function peopleSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`people who log in, ${place}`, () => {
    let bed: TestBed;
    let admin: Arrival;
    let door: ReturnType<typeof peopleAtDoor>;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('administrator');
      door = peopleAtDoor(bed, admin);
    });
    afterAll(() => bed.dispose());

    it('log in with password and code, and come with a session of two factors until it ends', async () => {
      const person = await door.enrolled();
      const session = await door.logIn(person);
      expect(session).toMatchObject({ caller: person.id, recoveryCodesLeft: 10 });
      const arrival = await door.withToken(session.token);
      expect(arrival).toMatchObject({ strength: 'mfa', caller: { id: person.id, type: 'person' } });
      expect((await bed.kms.perform(whoami, {}, arrival)).name).toBe(person.name);
      bed.clock.advance(3600_000);
      expect(await codeOf(door.withToken(session.token))).toBe('unauthenticated');
    });

    it('log out at once', async () => {
      const session = await door.logIn(await door.enrolled());
      const arrival = await door.withToken(session.token);
      await bed.kms.change(endSession, {}, arrival);
      expect(await codeOf(door.withToken(session.token))).toBe('unauthenticated');
      expect(await codeOf(bed.kms.perform(whoami, {}, arrival))).toBe('unauthenticated');
      expect(await codeOf(bed.kms.change(endSession, {}, admin))).toBe('invalid-transition');
    });

    it('take a code once, whoever shows it again, also when both came in before either did anything', async () => {
      const person = await door.enrolled();
      const [first, second] = [await door.comeIn(person), await door.comeIn(person)];
      await bed.kms.change(createSession, {}, first);
      expect(await codeOf(bed.kms.change(createSession, {}, second))).toBe('unauthenticated');
      expect(await codeOf(door.comeIn(person))).toBe('unauthenticated');
      expect(await door.lastReason()).toBe('wrong-code');
    });

    it('take the codes of a step before and after, and none further away', async () => {
      const person = await door.enrolled();
      const at = (steps: number) =>
        door.arrive(present(person, codeAt(person.totpSecret, bed.clock.now() + steps * STEP_MS)));
      bed.clock.advance(5 * STEP_MS);
      for (const steps of [-1, 0, 1]) expect(await codeOf(at(steps))).toBe('none');
      for (const steps of [-2, 2]) expect(await codeOf(at(steps))).toBe('unauthenticated');
    });

    it('take a recovery code in the place of a code, once, however it is typed', async () => {
      const person = await door.enrolled();
      const [code = ''] = person.recoveryCodes;
      const typed = ` ${code.toLowerCase().replaceAll('-', ' ')}`;
      const { output } = await bed.kms.change(createSession, {}, await door.arrive(present(person, typed)));
      expect(output.recoveryCodesLeft).toBe(9);
      expect(await codeOf(door.arrive(present(person, code)))).toBe('unauthenticated');
      const fresh = (await bed.kms.change(createRecoveryCodes, {}, await door.comeIn(person))).output.recoveryCodes;
      expect(fresh).toHaveLength(10);
      expect(await codeOf(door.arrive(present(person, person.recoveryCodes[1] ?? '')))).toBe('unauthenticated');
      expect(await codeOf(door.arrive(present(person, fresh[1] ?? '')))).toBe('none');
    });

    it('are told the same whether the name, the password or the code is wrong; the record tells them apart', async () => {
      const person = await door.enrolled();
      const service = await door.addPerson('service');
      const invited = await door.addPerson();
      await door.invite(invited.id);
      const code = door.codeNow(person.totpSecret);
      const told = new Set<string>();
      for (const [presented, reason] of [
        [present(person, code, 'not the right one'), 'wrong-password'],
        [present(person, '000000'), 'wrong-code'],
        [present(person, 'NOT-A-CODE'), 'wrong-code'],
        [present({ ...person, name: 'nobody-at-all' }, code), 'unknown-person'],
        [present({ ...person, name: service.name }, code), 'unknown-person'],
        [present({ ...person, name: invited.name }, code), 'unknown-person'],
        [present({ ...person, name: '__proto__' }, code), 'unknown-person'],
      ] as const) {
        const error: unknown = await door.arrive(presented).catch((thrown: unknown) => thrown);
        told.add(String(error));
        expect(await door.lastReason()).toBe(reason);
      }
      expect([...told]).toEqual([expect.stringMatching(/^KmsError: unauthenticated: /)]);
    });

    it('wait longer and longer after wrong passwords, and the right one does not help meanwhile', async () => {
      const person = await door.enrolled();
      const wrong = () => door.arrive(present(person, '000000', 'wrong password'), '198.51.100.7');
      for (let guess = 0; guess < 5; guess++) expect(await codeOf(wrong())).toBe('unauthenticated');
      expect(await codeOf(wrong())).toBe('too-many-requests');
      expect(await door.lastReason()).toBe('too-many-attempts');
      expect(await codeOf(door.comeIn(person, '198.51.100.7'))).toBe('too-many-requests');
      await expect(wrong()).rejects.toMatchObject({ retryAfter: 5 });
      bed.clock.advance(5000);
      expect(await codeOf(wrong())).toBe('unauthenticated');
      await expect(wrong()).rejects.toMatchObject({ retryAfter: 10 });
      bed.clock.advance(STEP_MS);
      expect(await codeOf(door.comeIn(person, '198.51.100.7'))).toBe('none');
      expect(await codeOf(wrong())).toBe('unauthenticated');
    });

    it('cannot be locked out from elsewhere where they got in before; a name is guarded from everywhere else', async () => {
      const person = await door.enrolled();
      expect(await codeOf(door.comeIn(person, '203.0.113.1'))).toBe('none');
      for (let guess = 0; guess < 20; guess++) {
        expect(await codeOf(door.arrive(present(person, '000000', 'wrong'), `198.51.100.${guess + 100}`))).toBe(
          'unauthenticated',
        );
      }
      expect(await codeOf(door.arrive(present(person, '000000', 'wrong'), '198.51.100.99'))).toBe('too-many-requests');
      expect(await codeOf(door.comeIn(person, '203.0.113.1'))).toBe('none');
    });
  });
}
