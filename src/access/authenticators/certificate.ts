import type { Authenticator } from '../authenticator.js';
import { credentialsMatching } from '../credential-index.js';
import { certificateKey } from '../credential-match.js';
import type { PresentedCertificate } from '../presented.js';
import type { CredentialRow } from '../records.js';

/** A TLS client certificate: verified by the door, mapped here by SPIFFE id, DNS name or public key. */
export const authenticateCertificate: Authenticator<{
  readonly kind: 'certificate';
  readonly certificate: PresentedCertificate;
}> = ({ certificate }, { access }) => {
  const { problem, pin } = certificate;
  if (problem !== undefined) return { refusal: 'certificate-not-verified', about: problem };
  const keys = [
    certificateKey({ pin }),
    ...spiffeIds(certificate).map((spiffe) => certificateKey({ spiffe })),
    ...certificate.dnsNames.map((dns) => certificateKey({ dns })),
  ];
  const credentials = keys.flatMap((key) => credentialsMatching(access, key)).filter((row) => pinFits(row, pin));
  const about = certificate.uris[0] ?? certificate.dnsNames[0] ?? `sha256/${pin}`;
  return credentials.length > 0
    ? { credentials, strength: 'mtls', about }
    : { refusal: 'unknown-certificate', about: about.slice(0, 256) };
};

/** A certificate with two URIs is no SPIFFE identity (X.509-SVID section 2): it could pass for either. */
function spiffeIds({ uris }: PresentedCertificate): readonly string[] {
  return uris.length === 1 ? uris : [];
}

/** A certificate of the service's own authority is bound to its key: another authority that is trusted cannot name it. */
function pinFits({ match }: CredentialRow, pin: string): boolean {
  return !match || !('pins' in match) || match.pins === undefined || match.pins.includes(pin);
}
