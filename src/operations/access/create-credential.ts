import {
  isSameMatch,
  mustBeCertificateMatch,
  mustBeJwtMatch,
  type CertificateMatch,
  type CredentialMatch,
  type JwtMatch,
} from '../../access/credential-match.js';
import type { CredentialRow } from '../../access/records.js';
import { KmsError } from '../../errors.js';
import { mustBeDescription } from '../../keys/description.js';
import { uuidv7 } from '../../keys/uuid.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { Deps } from '../deps.js';
import { mustNotBeForItself } from '../authorise.js';
import { guardedCredential } from '../guarded.js';
import type { ChangeOperation } from '../operation.js';
import { credentialNotFound } from './credential-not-found.js';
import { describeCredential, type CredentialDescription } from './describe-credential.js';
import { expiryOf } from './expiry.js';
import { isLiveToken, mustHaveRoomForToken, TOKEN_LIFETIME } from './live-tokens.js';
import { callerNotFound, resolveCaller, type CallerInput, type ResolvedCaller } from './resolve-caller.js';

type Kinds =
  | { readonly kind: 'certificate'; readonly match: CertificateMatch }
  | { readonly kind: 'jwt'; readonly match: JwtMatch };

export type CreateCredentialInput = CallerInput &
  Kinds & {
    /** Seconds; default and at most 400 days. */
    readonly expiresIn?: number;
    readonly description?: string;
  };

/** Lets a caller in by client certificates or JWTs that others issue. Nothing secret is made. */
export const createCredential: ChangeOperation<CreateCredentialInput, ResolvedCaller, CredentialDescription> = {
  name: 'credential.create',
  resolve: resolveCaller('credential.create'),

  async run(deps, { caller }, input, commit, arrival) {
    const { kind, match, expiresIn = TOKEN_LIFETIME.most, description = '' } = input;
    mustBeDescription(description);
    mustBeMatch(deps, input);
    const now = deps.clock.now();
    const row: Omit<CredentialRow, 'revision'> = {
      id: uuidv7(),
      callerId: caller.id,
      kind,
      hash: Buffer.alloc(0),
      match,
      purpose: 'api',
      source: 'any',
      description,
      expiresAt: expiryOf({ expiresIn }, now, TOKEN_LIFETIME.most),
      revokedAt: null,
      createdAt: new Date(now),
      createdBy: arrival.caller.id,
    };
    return commit([INSTALL_SCOPE], async (change) => {
      const { callers, credentials } = change.install.access;
      mustNotBeForItself(change.install.access, arrival, caller.id);
      if (!callers.has(caller.id)) throw callerNotFound();
      mustHaveRoomForToken(credentials.values(), caller.id, now);
      mustBeNobodyElses(credentials.values(), caller.id, match, now);
      change.put('credential', row);
      const guarded = guardedCredential(change.install, caller.id, now, 'issuer' in match ? match.issuer : undefined);
      return {
        output: describeCredential(row, now),
        detail: { credential: row.id, kind, match },
        resourceId: row.id,
        ...(guarded ? { guarded } : {}),
      };
    });
  },

  async repeat(deps, _resolved, id) {
    const { access } = await deps.ledger.install();
    const credential = access.credentials.get(id);
    if (!credential) throw credentialNotFound();
    return describeCredential(credential, deps.clock.now());
  },
};

/** @throws KmsError invalid-request */
function mustBeMatch({ issuers }: Deps, { kind, match }: Kinds): void {
  if (kind === 'certificate') return mustBeCertificateMatch(match);
  mustBeJwtMatch(match);
  if (issuers.has(match.issuer)) return;
  throw new KmsError('invalid-request', 'issuer: not one that the service trusts; KEYSTEAD_OIDC_ISSUERS lists those');
}

/** @throws KmsError name-taken */
function mustBeNobodyElses(
  credentials: Iterable<CredentialRow>,
  callerId: string,
  match: CredentialMatch,
  now: number,
): void {
  for (const row of credentials) {
    if (row.callerId === callerId || !row.match || !isLiveToken(row, now) || !isSameMatch(row.match, match)) continue;
    throw new KmsError(
      'name-taken',
      `credential ${row.id} of caller ${row.callerId} stands for the same; revoke that one first`,
    );
  }
}
