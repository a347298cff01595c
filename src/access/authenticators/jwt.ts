import type { Authenticator } from '../authenticator.js';
import { credentialsMatching } from '../credential-index.js';
import { jwtKey } from '../credential-match.js';
import type { VerifiedJwt } from '../issuers.js';
import type { CredentialRow } from '../records.js';

/** A JWT of a configured issuer: of OpenID Connect, of Kubernetes service accounts, of CI jobs. */
export const authenticateJwt: Authenticator<{ readonly kind: 'jwt'; readonly jwt: string }> = async (
  { jwt },
  { access, issuers, now },
) => {
  const verdict = await issuers.verify(jwt, now);
  if ('refusal' in verdict) return verdict;
  const credentials = credentialsMatching(access, jwtKey(verdict)).filter((row) => claimsFit(row, verdict));
  const about = `${verdict.issuer} ${verdict.subject}`.slice(0, 512);
  if (credentials.length === 0) return { refusal: 'unknown-subject', about };
  const groups = access.claimedGroups(verdict.issuer, verdict.groups);
  return { credentials, strength: 'single', about, ...(groups.length > 0 ? { groups } : {}) };
};

/** Every claim that the credential asks for, as a text of its own or as one of a list. */
function claimsFit({ match }: CredentialRow, { claims }: VerifiedJwt): boolean {
  const wanted = match && 'claims' in match ? Object.entries(match.claims ?? {}) : [];
  return wanted.every(([name, value]) => {
    const given = Object.hasOwn(claims, name) ? claims[name] : undefined;
    return Array.isArray(given) ? given.includes(value) : given === value;
  });
}
