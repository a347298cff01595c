import { recoveryDigest, rightCode, withoutCode } from '../../access/factors.js';
import type { CredentialRow } from '../../access/records.js';
import { generateRecoveryCodes } from '../../access/recovery-codes.js';
import { openSecret } from '../../access/sealed-secret.js';
import { KmsError } from '../../errors.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { Deps } from '../deps.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { endCredentials, resolveOwnAccount } from './own-account.js';

export interface ConfirmEnrolmentInput {
  /** Six digits of the authenticator application. */
  readonly code: string;
}

export interface RecoveryCodes {
  /** This once. Each stands once for a code of the authenticator application. */
  readonly recoveryCodes: readonly string[];
}

/** The person shows that it can make codes: from here on it logs in with the new password, and what was before has ended. */
export const confirmEnrolment: ChangeOperation<ConfirmEnrolmentInput, Resolved, RecoveryCodes> = {
  name: 'person.confirm',
  resolve: resolveOwnAccount('person.confirm'),

  async run(deps, _resolved, { code }, commit, { caller }) {
    const now = deps.clock.now();
    const recoveryCodes = generateRecoveryCodes();
    return commit([INSTALL_SCOPE], async (change) => {
      const row = pendingOf(change.install.access.credentials.values(), caller.id);
      const digest = deps.secrets.digest.bind(deps.secrets);
      const factors = {
        ...factorsAfter(deps, row, code, now),
        recoveryCodes: recoveryCodes.map((recoveryCode) => recoveryDigest(digest, row.id, recoveryCode)),
        confirmed: true,
      };
      endCredentials(change, caller.id, ({ id, purpose }) => id !== row.id && isPersons(purpose), now);
      change.put('credential', { ...row, factors });
      return { output: { recoveryCodes }, detail: { credential: row.id } };
    });
  },
};

function isPersons(purpose: CredentialRow['purpose']): boolean {
  return purpose === 'password' || purpose === 'session' || purpose === 'invitation';
}

function pendingOf(credentials: Iterable<CredentialRow>, callerId: string): CredentialRow {
  for (const row of credentials) {
    if (row.callerId === callerId && !row.revokedAt && row.factors?.confirmed === false) return row;
  }
  throw new KmsError('invalid-transition', 'nothing is to be confirmed: choose a password first (POST …/enrolment)');
}

function factorsAfter(deps: Deps, row: CredentialRow, code: string, now: number) {
  const digest = deps.secrets.digest.bind(deps.secrets);
  const secret = openSecret(digest, 'totp-secret', row.id, row.factors?.totp ?? '');
  const spent = rightCode(row, secret, code, digest, now);
  secret.fill(0);
  const factors = spent && row.factors && withoutCode(row.factors, spent);
  if (factors) return factors;
  throw new KmsError(
    'invalid-request',
    'code: not what the authenticator application shows now; are both clocks right?',
  );
}
