import { passwordDigest } from '../../access/factors.js';
import { hashPassword, mustBePassword } from '../../access/password.js';
import type { CredentialRow } from '../../access/records.js';
import { generateTotpSecret, totpText, totpUri } from '../../access/totp.js';
import { sealSecret } from '../../access/sealed-secret.js';
import { uuidv7 } from '../../keys/uuid.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { endCredentials, resolveOwnAccount } from './own-account.js';

export interface EnrolInput {
  readonly password: string;
}

export interface Enrolment {
  /** `otpauth://totp/…`, for an authenticator application. */
  readonly totpUri: string;
  /** The same secret in base32, for typing. */
  readonly totpSecret: string;
}

/** A person with an invitation chooses a password and gets a second factor, which it then confirms. May be begun again. */
export const enrol: ChangeOperation<EnrolInput, Resolved, Enrolment> = {
  name: 'person.enrol',
  resolve: resolveOwnAccount('person.enrol'),

  async run(deps, _resolved, { password }, commit, { caller, credentialId }) {
    mustBePassword(password, caller.name);
    const digest = deps.secrets.digest.bind(deps.secrets);
    const id = uuidv7();
    const secret = generateTotpSecret();
    const createdAt = new Date(deps.clock.now());
    const row: Omit<CredentialRow, 'revision' | 'createdBy'> = {
      id,
      callerId: caller.id,
      kind: 'password',
      hash: Buffer.from(await hashPassword(passwordDigest(digest, id, password)), 'latin1'),
      factors: {
        totp: sealSecret(digest, 'totp-secret', id, secret),
        usedStep: 0,
        recoveryCodes: [],
        confirmed: false,
      },
      purpose: 'password',
      source: 'any',
      description: '',
      expiresAt: null,
      revokedAt: null,
      createdAt,
    };
    return commit([INSTALL_SCOPE], async (change) => {
      endCredentials(change, caller.id, ({ factors }) => factors?.confirmed === false, createdAt.getTime());
      // Who held the invitation could be who made it: approvals must not take them for two.
      const { createdBy = null } = change.install.access.credentials.get(credentialId ?? '') ?? {};
      change.put('credential', { ...row, createdBy });
      return {
        output: { totpUri: totpUri(secret, caller.name), totpSecret: totpText(secret) },
        detail: { credential: id },
      };
    });
  },
};
