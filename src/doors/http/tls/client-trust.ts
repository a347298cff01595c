import { X509Certificate } from 'node:crypto';
import { X509Certificate as ParsedCertificate, X509Crl } from '@peculiar/x509';

/** As many certificates between a client's and the authority are looked at. */
const MOST_INTERMEDIATES = 8;

/**
 * Who vouches for clients, and whom they revoked, of one moment. OpenSSL verifies a certificate in the handshake; this
 * looks at it again when the files change, so that a connection that is open already ends with its certificate.
 */
export class ClientTrust {
  readonly #authorities: readonly X509Certificate[];
  readonly #crls: readonly X509Crl[];

  /** @param ca, crls in PEM, one in each text */
  constructor(ca: readonly string[], crls: readonly string[]) {
    this.#authorities = ca.map((pem) => new X509Certificate(pem));
    this.#crls = crls.map((pem) => new X509Crl(pem));
  }

  /** @returns why the certificate is not in order, in OpenSSL's words; undefined when it is */
  problemOf(certificate: X509Certificate, now: number): string | undefined {
    let current = certificate;
    for (let depth = 0; depth <= MOST_INTERMEDIATES; depth++) {
      const problem = problemOfDates(current, now) ?? this.#problemOfRevocation(current, now);
      if (problem !== undefined) return problem;
      const child = current;
      const authority = this.#authorities.find((one) => hasIssued(one, child));
      if (authority) return problemOfDates(authority, now);
      const parent = current.issuerCertificate;
      if (!parent?.ca || !hasIssued(parent, current)) break;
      current = parent;
    }
    return 'UNABLE_TO_GET_ISSUER_CERT';
  }

  #problemOfRevocation(certificate: X509Certificate, now: number): string | undefined {
    if (this.#crls.length === 0) return undefined;
    const parsed = new ParsedCertificate(certificate.raw);
    const own = this.#crls.filter((crl) => crl.issuer === parsed.issuer);
    if (own.length === 0) return 'UNABLE_TO_GET_CRL';
    if (own.some((crl) => crl.findRevoked(parsed) !== null)) return 'CERT_REVOKED';
    return own.every(({ nextUpdate }) => nextUpdate && nextUpdate.getTime() < now) ? 'CRL_HAS_EXPIRED' : undefined;
  }
}

function hasIssued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function problemOfDates({ validFrom, validTo }: X509Certificate, now: number): string | undefined {
  if (Date.parse(validFrom) > now) return 'CERT_NOT_YET_VALID';
  return Date.parse(validTo) < now ? 'CERT_HAS_EXPIRED' : undefined;
}
