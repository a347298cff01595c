import type { BindingRow, CallerRow, CredentialRow } from '../../access/records.js';
import type { ParsedToken } from '../../access/token.js';
import { uuidv7 } from '../../keys/uuid.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { resolveInstall } from './resolve-caller.js';

const LIFETIME_MS = 86_400_000;

export interface RecoveredAdministrator {
  /** Name of the new caller. */
  readonly caller: string;
  readonly expiresAt: Date;
}

/**
 * A new administrator, for an install that has none who could come in. Its token is as single-purpose as the first administrator's
 * was, and `bootstrap finish` retires it. Only for whoever has the root key: no door leads here.
 */
export const recoverAdministrator: ChangeOperation<ParsedToken, Resolved, RecoveredAdministrator> = {
  name: 'administrator.recover',
  resolve: resolveInstall('administrator.recover'),

  async run(deps, _resolved, { id, secret }, commit) {
    const createdAt = new Date(deps.clock.now());
    const expiresAt = new Date(createdAt.getTime() + LIFETIME_MS);
    const callerId = uuidv7();
    const name = `recovered-${callerId.slice(-12)}`;
    const caller: Omit<CallerRow, 'revision'> = { id: callerId, name, type: 'person', state: 'enabled', createdAt };
    const credential: Omit<CredentialRow, 'revision'> = {
      id,
      callerId,
      kind: 'token',
      hash: deps.secrets.digest('token', id, secret),
      purpose: 'bootstrap',
      source: 'any',
      description: 'made by recover-admin',
      expiresAt,
      revokedAt: null,
      createdAt,
    };
    const binding: Omit<BindingRow, 'revision'> = {
      id: uuidv7(),
      callerId,
      role: 'administrator',
      effect: 'allow',
      scope: { everything: true },
      expiresAt,
      removedAt: null,
      createdAt,
    };
    return commit([INSTALL_SCOPE], async (change) => {
      change.put('caller', caller);
      change.put('credential', credential);
      change.put('binding', binding);
      return { output: { caller: name, expiresAt }, detail: { caller: callerId, token: id } };
    });
  },
};
