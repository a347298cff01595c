import { Controller, Inject } from '@nestjs/common';
import type { Arrival } from '../../operations/arrival.js';
import { Kms } from '../../operations/kms.js';
import { changePassword } from '../../operations/people/change-password.js';
import { confirmEnrolment, type ConfirmEnrolmentInput } from '../../operations/people/confirm-enrolment.js';
import { createInvitation, type CreateInvitationInput } from '../../operations/people/create-invitation.js';
import { createRecoveryCodes } from '../../operations/people/create-recovery-codes.js';
import { createSession } from '../../operations/people/create-session.js';
import { endSession } from '../../operations/people/end-session.js';
import { enrol, type EnrolInput } from '../../operations/people/enrol.js';
import { API } from './base-path.js';
import type { Call, LoginCall } from './call.js';
import { Endpoint, LoginEndpoint } from './endpoint.js';
import { change } from './perform-call.js';
import { IN_CALLER } from './schemas/paths.js';
import {
  changePasswordBody,
  confirmBody,
  createInvitationBody,
  enrolBody,
  enrolmentAnswer,
  invitationAnswer,
  loginBody,
  passwordChangedAnswer,
  recoveryCodesAnswer,
  sessionAnswer,
} from './schemas/people.js';

interface Login {
  readonly name: string;
  readonly password: string;
  readonly code: string;
}

/** People: enrolment by invitation, and sessions by password and code. */
@Controller(API)
export class PeopleController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('invitation.create', {
    method: 'POST',
    path: 'callers/:caller/invitations',
    params: IN_CALLER,
    body: createInvitationBody,
    status: 201,
    answer: invitationAnswer,
    summary: 'Invite a person to choose a password and a second factor',
    description:
      'The token is shown this once, and good for nothing else. To a person who has a password, this is a reset.',
  })
  async invite(call: Call<CreateInvitationInput>) {
    return change(this.kms, createInvitation, call);
  }

  @Endpoint('person.enrol', {
    method: 'POST',
    path: 'enrolment',
    body: enrolBody,
    status: 201,
    answer: enrolmentAnswer,
    summary: 'Choose a password, and get a second factor to be confirmed',
    description: 'With the token of an invitation. May be begun again.',
  })
  async enrol(call: Call<EnrolInput>) {
    return change(this.kms, enrol, call);
  }

  @Endpoint('person.confirm', {
    method: 'POST',
    path: 'enrolment/confirm',
    body: confirmBody,
    answer: recoveryCodesAnswer,
    summary: 'Show a code of the second factor, and get recovery codes',
    description: 'With the token of an invitation, which ends by it, as do earlier passwords and sessions.',
  })
  async confirm(call: Call<ConfirmEnrolmentInput>) {
    return change(this.kms, confirmEnrolment, call);
  }

  @LoginEndpoint('session.create', {
    method: 'POST',
    path: 'sessions',
    body: loginBody,
    status: 201,
    answer: sessionAnswer,
    summary: 'Log in',
    description: 'The answer is the same whether the name is unknown, or the password or the code is wrong.',
  })
  async login(call: LoginCall<Login>) {
    return change(this.kms, createSession, { ...call, input: {}, arrival: await this.#arrive(call) });
  }

  @Endpoint('session.end', {
    method: 'DELETE',
    path: 'sessions/current',
    status: 204,
    summary: 'Log out',
    description: 'At once, on every node.',
  })
  async logout(call: Call<object>): Promise<void> {
    await change(this.kms, endSession, call);
  }

  @LoginEndpoint('password.change', {
    method: 'POST',
    path: 'password',
    body: changePasswordBody,
    answer: passwordChangedAnswer,
    summary: 'Change the own password',
    description: 'All sessions of the person end.',
  })
  async changePassword(call: LoginCall<Login & { readonly newPassword: string }>) {
    const { newPassword } = call.input;
    return change(this.kms, changePassword, { ...call, input: { newPassword }, arrival: await this.#arrive(call) });
  }

  @LoginEndpoint('recovery-codes.create', {
    method: 'POST',
    path: 'recovery-codes',
    body: loginBody,
    status: 201,
    answer: recoveryCodesAnswer,
    summary: 'Get new recovery codes in the place of those that are left',
  })
  async createRecoveryCodes(call: LoginCall<Login>) {
    return change(this.kms, createRecoveryCodes, { ...call, input: {}, arrival: await this.#arrive(call) });
  }

  /** @throws KmsError unauthenticated, too-many-requests */
  #arrive({ input: { name, password, code }, approach }: LoginCall<Login>): Promise<Arrival> {
    return this.kms.arrive({ ...approach, presented: { kind: 'password', name, password, code } });
  }
}
