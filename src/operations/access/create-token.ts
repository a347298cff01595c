import type { CredentialRow } from '../../access/records.js';
import { generateToken } from '../../access/token.js';
import { KmsError } from '../../errors.js';
import { mustBeDescription } from '../../keys/description.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { ChangeOperation } from '../operation.js';
import { credentialNotFound } from './credential-not-found.js';
import { describeToken, type TokenDescription } from './describe-token.js';
import { expiryOf } from './expiry.js';
import { callerNotFound, resolveCaller, type CallerInput, type ResolvedCaller } from './resolve-caller.js';

const DAY = 86_400;
const LIFETIME = { standard: 90 * DAY, most: 400 * DAY } as const;
const LIVE_TOKENS_A_CALLER = 100;

export interface CreateTokenInput extends CallerInput {
  /** Seconds; default 90 days, at most 400. */
  readonly expiresIn?: number;
  readonly description?: string;
}

export interface CreatedToken extends TokenDescription {
  /** The token itself, this once; a repeat answers without it. */
  readonly token?: string;
}

export const createToken: ChangeOperation<CreateTokenInput, ResolvedCaller, CreatedToken> = {
  name: 'token.create',
  resolve: resolveCaller('token.create'),

  async run(deps, { caller }, { expiresIn = LIFETIME.standard, description = '' }, commit) {
    mustBeDescription(description);
    const now = deps.clock.now();
    const expiresAt = expiryOf({ expiresIn }, now, LIFETIME.most);
    const { id, secret, token } = generateToken();
    const row: Omit<CredentialRow, 'revision'> = {
      id,
      callerId: caller.id,
      kind: 'token',
      hash: deps.secrets.digest('token', id, secret),
      purpose: 'api',
      source: 'any',
      description,
      expiresAt,
      revokedAt: null,
      createdAt: new Date(now),
    };
    return commit([INSTALL_SCOPE], async (change) => {
      const { callers, credentials } = change.install.access;
      if (!callers.has(caller.id)) throw callerNotFound();
      mustHaveRoom(credentials.values(), caller.id, now);
      change.put('credential', row);
      return { output: { ...describeToken(row, now), token }, detail: { token: id }, resourceId: id };
    });
  },

  async repeat(deps, _resolved, id) {
    const { access } = await deps.ledger.install();
    const credential = access.credentials.get(id);
    if (!credential) throw credentialNotFound();
    return describeToken(credential, deps.clock.now());
  },
};

/** @throws KmsError limit-reached */
function mustHaveRoom(credentials: Iterable<CredentialRow>, callerId: string, now: number): void {
  let live = 0;
  for (const row of credentials) {
    if (row.callerId === callerId && !row.revokedAt && (row.expiresAt?.getTime() ?? Infinity) > now) live += 1;
  }
  if (live < LIVE_TOKENS_A_CALLER) return;
  throw new KmsError('limit-reached', `the caller has ${live} live tokens, which is the most; revoke one first`);
}
