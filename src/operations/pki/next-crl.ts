import type { InstallView } from '../../ledger/ledger.js';
import { makeCrl, serialsIn, type Revoked } from '../../pki/make-crl.js';
import type { AuthorityRow, CertificateRow } from '../../pki/records.js';
import type { KeyringSecrets } from '../keyring-secrets.js';
import { issuerOf } from './authority-key.js';

const HOUR_MS = 3_600_000;
/** How long a list holds, and after how long the next one is published. */
export const CRL_VALID_MS = 48 * HOUR_MS;
const CRL_EVERY_MS = 12 * HOUR_MS;
/** RFC 5280 section 3.3: an entry stays on a list that is published after the certificate has expired. */
const KEPT_MS = 2 * CRL_EVERY_MS;

type Certificates = Pick<InstallView, 'certificates' | 'access'>;

/** Revoked as a certificate, or by the end of its credential. */
export function revokedIn({ certificates, access }: Certificates, now: number): readonly Revoked[] {
  return [...certificates.values()].flatMap((row) => {
    const credentialEnd = access.credentials.get(row.credentialId ?? '')?.revokedAt;
    const at = row.state === 'revoked' ? row.changedAt : credentialEnd;
    return at ? entriesOf(row, at, now) : [];
  });
}

function entriesOf({ issued, reason }: CertificateRow, at: Date, now: number): readonly Revoked[] {
  return issued
    .filter(({ notAfter }) => Date.parse(notAfter) + KEPT_MS > now)
    .map(({ serial }) => ({ serial, at, reason: reason ?? 'unspecified' }));
}

/** Whether the published list is old, or lacks a revocation. */
export function isCrlDue(authority: AuthorityRow, install: Certificates, now: number): boolean {
  if (now - authority.crlAt.getTime() >= CRL_EVERY_MS) return true;
  const revoked = revokedIn(install, now);
  if (revoked.length === 0) return false;
  const listed = serialsIn(authority.crl);
  return revoked.some(({ serial }) => !listed.has(serial));
}

/** The authority with the next list. @throws KmsError root-unavailable */
export async function withNextCrl(
  secrets: KeyringSecrets,
  authority: AuthorityRow,
  revoked: readonly Revoked[],
  now: number,
): Promise<AuthorityRow> {
  const crlNumber = authority.crlNumber + 1;
  const times = { thisUpdate: new Date(now), nextUpdate: new Date(now + CRL_VALID_MS) };
  const crl = await makeCrl({ number: crlNumber, revoked, ...times }, issuerOf(secrets, authority));
  return { ...authority, crl, crlNumber, crlAt: new Date(now) };
}
