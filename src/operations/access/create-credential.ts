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
import { guardedCredential } from '../guarded.js';
import type { ChangeOperation } from '../operation.js';
import { addCredential, credentialOf, newCredential } from './add-credential.js';
import { describeCredential, type CredentialDescription } from './describe-credential.js';
import { expiryOf } from './expiry.js';
import { isLiveToken, TOKEN_LIFETIME } from './live-tokens.js';
import { resolveCaller, type CallerInput, type ResolvedCaller } from './resolve-caller.js';

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
    const expiresAt = expiryOf({ expiresIn }, now, TOKEN_LIFETIME.most);
    const hash = Buffer.alloc(0);
    const given = { id: uuidv7(), callerId: caller.id, kind, hash, match, description, expiresAt };
    const row = newCredential(given, now, arrival);
    return commit([INSTALL_SCOPE], async (change) => {
      addCredential(change, row, now, arrival);
      mustBeNobodyElses(change.install.access.credentials.values(), caller.id, match, now);
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
    return describeCredential(await credentialOf(deps, id), deps.clock.now());
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
