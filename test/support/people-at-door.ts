import { randomUUID } from 'node:crypto';
import { createCaller } from '../../src/operations/access/create-caller.js';
import type { Arrival, Presented } from '../../src/operations/arrival.js';
import { confirmEnrolment } from '../../src/operations/people/confirm-enrolment.js';
import { createInvitation } from '../../src/operations/people/create-invitation.js';
import { createSession } from '../../src/operations/people/create-session.js';
import { enrol } from '../../src/operations/people/enrol.js';
import { codeAt } from './authenticator-app.js';
import type { TestBed } from './test-bed.js';

export const PASSWORD = 'correct horse battery staple';
export const STEP_MS = 30_000;

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly totpSecret: string;
  readonly recoveryCodes: readonly string[];
}

export const present = ({ name }: Person, code: string, password = PASSWORD): Presented => ({
  kind: 'password',
  name,
  password,
  code,
});

/** People who enrol and log in, as the administrator lets them. */
export function peopleAtDoor(bed: TestBed, admin: Arrival) {
  const arrive = (presented: Presented, source = '192.0.2.1') =>
    bed.kms.arrive({ door: 'test', source, requestId: randomUUID(), presented });
  const withToken = (token: string) => arrive({ kind: 'token', token });
  const invite = async (caller: string) => (await bed.kms.change(createInvitation, { caller }, admin)).output;
  const addPerson = async (type: 'person' | 'service' = 'person') => {
    const name = `p-${randomUUID().slice(-12)}`;
    return (await bed.kms.change(createCaller, { name, type }, admin)).output;
  };
  const codeNow = (totpSecret: string) => codeAt(totpSecret, bed.clock.now());

  async function enrolled(password = PASSWORD): Promise<Person> {
    const { id, name } = await addPerson();
    return { id, name, ...(await enrolAgain(id, password)) };
  }

  async function enrolAgain(id: string, password = PASSWORD) {
    const invited = await withToken((await invite(id)).token);
    const { totpSecret } = (await bed.kms.change(enrol, { password }, invited)).output;
    const { recoveryCodes } = (await bed.kms.change(confirmEnrolment, { code: codeNow(totpSecret) }, invited)).output;
    bed.clock.advance(STEP_MS);
    return { totpSecret, recoveryCodes };
  }

  const comeIn = (person: Person, source?: string) => arrive(present(person, codeNow(person.totpSecret)), source);
  const logIn = async (person: Person) => (await bed.kms.change(createSession, {}, await comeIn(person))).output;
  const lastReason = async () => {
    const [record] = await bed.deps.journal.query({ operation: 'authenticate', limit: 1 });
    return record?.detail['reason'];
  };

  return { arrive, withToken, invite, addPerson, codeNow, enrolled, enrolAgain, comeIn, logIn, lastReason };
}
