import type { CredentialRow } from '../../access/records.js';
import { generateToken } from '../../access/token.js';
import { KmsError } from '../../errors.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { expiryOf } from '../access/expiry.js';
import { callerNotFound, resolveCaller, type CallerInput, type ResolvedCaller } from '../access/resolve-caller.js';
import { mustNotBeForItself } from '../authorise.js';
import { guardedCredential } from '../guarded.js';
import type { ChangeOperation } from '../operation.js';
import { endCredentials } from './own-account.js';

const DAY = 86_400;
const LIFETIME = { standard: 3 * DAY, most: 14 * DAY } as const;

export interface CreateInvitationInput extends CallerInput {
  /** Seconds; default 3 days, at most 14. */
  readonly expiresIn?: number;
}

export interface Invitation {
  readonly id: string;
  readonly caller: string;
  readonly expiresAt: Date;
  /** This once. */
  readonly token: string;
}

/**
 * Lets a person choose a password and a second factor: once, with a token that is good for nothing else. An earlier invitation ends;
 * what the person has now ends when the new factors are confirmed.
 */
export const createInvitation: ChangeOperation<CreateInvitationInput, ResolvedCaller, Invitation> = {
  name: 'invitation.create',
  resolve: resolveCaller('invitation.create'),

  async run(deps, { caller }, { expiresIn = LIFETIME.standard }, commit, arrival) {
    mustNotBeForItself((await deps.ledger.install()).access, arrival, caller.id);
    if (caller.type !== 'person') {
      throw new KmsError('invalid-request', 'only callers of the type person log in; a service gets tokens');
    }
    const now = deps.clock.now();
    const expiresAt = expiryOf({ expiresIn }, now, LIFETIME.most) ?? new Date(now);
    const { id, secret, token } = generateToken();
    const row: Omit<CredentialRow, 'revision'> = {
      id,
      callerId: caller.id,
      kind: 'token',
      hash: deps.secrets.digest('token', id, secret),
      purpose: 'invitation',
      source: 'any',
      description: 'invitation',
      expiresAt,
      revokedAt: null,
      createdAt: new Date(now),
      createdBy: arrival.caller.id,
    };
    return commit([INSTALL_SCOPE], async (change) => {
      if (!change.install.access.callers.has(caller.id)) throw callerNotFound();
      endCredentials(change, caller.id, ({ purpose }) => purpose === 'invitation', now);
      change.put('credential', row);
      const guarded = guardedCredential(change.install, caller.id, now);
      return {
        output: { id, caller: caller.id, expiresAt, token },
        detail: { invitation: id },
        ...(guarded ? { guarded } : {}),
      };
    });
  },
};
