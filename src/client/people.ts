import { route } from './route.js';
import type { Transport } from './transport.js';

/** What a person types. */
export interface Login {
  readonly name: string;
  readonly password: string;
  /** Six digits of the authenticator application, or a recovery code. */
  readonly code: string;
}

export interface Invitation {
  readonly id: string;
  readonly caller: string;
  readonly expiresAt: string;
  /** Not shown again. Good for enrolling, once. */
  readonly token: string;
}

export interface Enrolment {
  readonly totpUri: string;
  readonly totpSecret: string;
}

export interface RecoveryCodes {
  /** Not shown again. */
  readonly recoveryCodes: readonly string[];
}

export interface LoginSession {
  readonly id: string;
  readonly caller: string;
  /** Not shown again. */
  readonly token: string;
  readonly expiresAt: string;
  readonly recoveryCodesLeft: number;
}

/** How people come in. Every method throws a KeysteadError; none is sent twice, because a code is good once. */
export class People {
  constructor(private readonly transport: Transport) {}

  /** As an administrator. @param input.expiresIn such as `3d` */
  async invite(caller: string, input: { readonly expiresIn?: string } = {}): Promise<Invitation> {
    const path = route`/api/v1/callers/${caller}/invitations`;
    return this.transport.call({ method: 'POST', path, body: input, once: true });
  }

  /** With the token of an invitation. */
  async enrol(password: string): Promise<Enrolment> {
    return this.transport.call({ method: 'POST', path: '/api/v1/enrolment', body: { password }, once: true });
  }

  /** With the token of an invitation, which ends by it. */
  async confirm(code: string): Promise<RecoveryCodes> {
    return this.transport.call({ method: 'POST', path: '/api/v1/enrolment/confirm', body: { code }, once: true });
  }

  /** Needs no token. */
  async login(login: Login): Promise<LoginSession> {
    return this.transport.call({ method: 'POST', path: '/api/v1/sessions', body: login, once: true });
  }

  /** Ends the session by whose token the client came. */
  async logout(): Promise<void> {
    await this.transport.call({ method: 'DELETE', path: '/api/v1/sessions/current' });
  }

  /** Needs no token. */
  async changePassword(login: Login, newPassword: string): Promise<{ readonly sessionsEnded: number }> {
    const body = { ...login, newPassword };
    return this.transport.call({ method: 'POST', path: '/api/v1/password', body, once: true });
  }

  /** Needs no token. */
  async createRecoveryCodes(login: Login): Promise<RecoveryCodes> {
    return this.transport.call({ method: 'POST', path: '/api/v1/recovery-codes', body: login, once: true });
  }
}
