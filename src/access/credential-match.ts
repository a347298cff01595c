import { KmsError } from '../errors.js';

/** Which client certificates a credential stands for. */
export type CertificateMatch =
  /** The one URI of the subjectAltName: `spiffe://trust.domain/path`. `pins`: with one of these public keys only. */
  | { readonly spiffe: string; readonly pins?: readonly string[] }
  /** A DNS name of the subjectAltName, in lower case. */
  | { readonly dns: string }
  /** SHA-256 of the SubjectPublicKeyInfo, in base64. */
  | { readonly pin: string };

/** Which JWTs a credential stands for. */
export interface JwtMatch {
  /** As in `iss`. */
  readonly issuer: string;
  /** The value of the claim that names callers at this issuer: `sub`, unless the configuration says otherwise. */
  readonly subject: string;
  /** Further claims that must be there, each with this text or with it in its list. */
  readonly claims?: Readonly<Record<string, string>>;
}

export type CredentialMatch = CertificateMatch | JwtMatch;

/** Under which the credential is found when a certificate is presented. */
export function certificateKey(match: CertificateMatch): string {
  if ('spiffe' in match) return `spiffe ${match.spiffe}`;
  return 'dns' in match ? `dns ${match.dns}` : `pin ${match.pin}`;
}

/** Under which the credential is found when a JWT is presented. */
export function jwtKey({ issuer, subject }: Pick<JwtMatch, 'issuer' | 'subject'>): string {
  return `jwt ${JSON.stringify([issuer, subject])}`;
}

export function matchKey(match: CredentialMatch): string {
  return 'issuer' in match ? jwtKey(match) : certificateKey(match);
}

/** Whether the two stand for exactly the same. */
export function isSameMatch(a: CredentialMatch, b: CredentialMatch): boolean {
  return matchKey(a) === matchKey(b) && claimsText(a) === claimsText(b);
}

function claimsText(match: CredentialMatch): string {
  const claims = 'issuer' in match ? (match.claims ?? {}) : {};
  return JSON.stringify(Object.entries(claims).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** SPIFFE-ID sections 2.1 to 2.4. */
const SPIFFE = /^spiffe:\/\/[a-z0-9._-]{1,255}(\/[A-Za-z0-9._-]+)+$/;
const DNS = /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const PIN = /^[A-Za-z0-9+/]{43}=$/;
const MOST_CLAIMS = 8;

/** @throws KmsError invalid-request */
export function mustBeCertificateMatch(match: CertificateMatch): void {
  if ('spiffe' in match) {
    const dots = match.spiffe.split('/').some((segment) => segment === '.' || segment === '..');
    if (dots || match.spiffe.length > 2048 || !SPIFFE.test(match.spiffe)) {
      throw new KmsError('invalid-request', 'spiffe: a SPIFFE id with a path, such as spiffe://prod.example/billing');
    }
  } else if ('dns' in match) {
    if (!DNS.test(match.dns)) {
      throw new KmsError('invalid-request', 'dns: one DNS name in lower case, without a wildcard or a final dot');
    }
  } else if (!PIN.test(match.pin) || Buffer.from(match.pin, 'base64').toString('base64') !== match.pin) {
    throw new KmsError('invalid-request', 'pin: the SHA-256 of the SubjectPublicKeyInfo in base64, 44 characters');
  }
}

/** @throws KmsError invalid-request */
export function mustBeJwtMatch({ issuer, subject, claims = {} }: JwtMatch): void {
  mustBeText('issuer', issuer);
  mustBeText('subject', subject);
  const entries = Object.entries(claims);
  if (entries.length > MOST_CLAIMS) throw new KmsError('invalid-request', `claims: at most ${MOST_CLAIMS}`);
  for (const [name, value] of entries) {
    mustBeText('the name of a claim', name);
    mustBeText('claims', value);
  }
}

function mustBeText(name: string, value: string): void {
  if (value.length >= 1 && value.length <= 512 && value.isWellFormed()) return;
  throw new KmsError('invalid-request', `${name}: a text of 1 to 512 characters`);
}
