import type { CredentialRow } from '../../access/records.js';
import { generateToken } from '../../access/token.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { mustHaveRoomForToken } from '../access/live-tokens.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { resolveOwnAccount, takePassword } from './own-account.js';

export interface Session {
  readonly id: string;
  readonly caller: string;
  /** This once. Proves both factors (`mfa`) until it ends. */
  readonly token: string;
  readonly expiresAt: Date;
  readonly recoveryCodesLeft: number;
}

/** A person who came in by password and code gets a short-lived token. */
export const createSession: ChangeOperation<object, Resolved, Session> = {
  name: 'session.create',
  resolve: resolveOwnAccount('session.create'),

  async run(deps, _resolved, _input, commit, arrival) {
    const now = deps.clock.now();
    const { id, secret, token } = generateToken();
    const expiresAt = new Date(now + deps.sessionSeconds * 1000);
    const { caller } = arrival;
    const row: Omit<CredentialRow, 'revision' | 'createdBy'> = {
      id,
      callerId: caller.id,
      kind: 'token',
      hash: deps.secrets.digest('token', id, secret),
      purpose: 'session',
      source: 'any',
      description: '',
      expiresAt,
      revokedAt: null,
      createdAt: new Date(now),
    };
    return commit([INSTALL_SCOPE], async (change) => {
      const password = await takePassword(change, arrival);
      mustHaveRoomForToken(change.install.access.credentials.values(), caller.id, now);
      change.put('credential', password);
      // As the password that it stands on.
      change.put('credential', { ...row, createdBy: password.createdBy ?? null });
      const recoveryCodesLeft = password.factors?.recoveryCodes.length ?? 0;
      const by = arrival.spent && 'step' in arrival.spent ? 'totp' : 'recovery-code';
      return {
        output: { id, caller: caller.id, token, expiresAt, recoveryCodesLeft },
        detail: { session: id, secondFactor: by },
      };
    });
  },
};
