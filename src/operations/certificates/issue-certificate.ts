import { X509Certificate } from 'node:crypto';
import type { CallerRow, CredentialRow } from '../../access/records.js';
import { KmsError } from '../../errors.js';
import { makeCertificate } from '../../pki/make-certificate.js';
import type { AuthorityRow, CertificateRow } from '../../pki/records.js';
import type { Deps } from '../deps.js';
import { issuerOf } from '../pki/authority-key.js';
import { BACKDATED_MS } from '../pki/init-pki.js';
import { pinOf } from './describe-certificate.js';

/** What an issued certificate changes, not written anywhere yet. */
export interface Issuing {
  readonly certificate: Pick<
    CertificateRow,
    'state' | 'publicKey' | 'certificate' | 'issued' | 'expiresAt' | 'changedAt'
  >;
  readonly credential: Pick<CredentialRow, 'match' | 'expiresAt'>;
}

const MOST_AT_ONCE = 16;
const COMMON_NAME_MOST = 64;

/**
 * Issues a certificate of a registration: names and life are the service's own, only the key is the caller's.
 * @throws KmsError limit-reached, invalid-transition, root-unavailable
 */
export async function issueCertificate(
  deps: Deps,
  authority: AuthorityRow,
  registration: CertificateRow,
  caller: CallerRow,
  publicKey: Buffer,
): Promise<Issuing> {
  const now = deps.clock.now();
  const live = registration.issued.filter(({ notAfter }) => Date.parse(notAfter) > now);
  if (live.length >= MOST_AT_ONCE) {
    throw new KmsError('limit-reached', `${MOST_AT_ONCE} certificates of this registration are live; use the newest`);
  }
  const uri = `spiffe://${authority.trustDomain}/caller/${caller.id}/${registration.id}`;
  const notAfter = endOf(authority, registration, now);
  const { certificate, serial } = await makeCertificate(
    {
      uri,
      publicKey,
      name: caller.name.length <= COMMON_NAME_MOST ? caller.name : caller.id,
      dnsNames: registration.dnsNames,
      notBefore: new Date(now - BACKDATED_MS),
      notAfter,
      crlUrl: authority.crlUrl,
    },
    issuerOf(deps.secrets, authority),
  );
  const issued = [...live, { serial, pin: pinOf(publicKey), notAfter: notAfter.toISOString() }];
  const changedAt = new Date(now);
  return {
    certificate: { state: 'issued', publicKey, certificate, issued, expiresAt: notAfter, changedAt },
    credential: { match: { spiffe: uri, pins: [...new Set(issued.map(({ pin }) => pin))] }, expiresAt: notAfter },
  };
}

/** X.509 counts in seconds. @throws KmsError invalid-transition once the authority ends */
function endOf(authority: AuthorityRow, { lifetime }: CertificateRow, now: number): Date {
  const authorityEnds = Date.parse(new X509Certificate(authority.certificate).validTo);
  if (authorityEnds <= now) throw new KmsError('invalid-transition', 'the certificate authority has expired');
  const wanted = now + Math.min(lifetime, authority.maxLifetime) * 1000;
  return new Date(Math.floor(Math.min(wanted, authorityEnds) / 1000) * 1000);
}
