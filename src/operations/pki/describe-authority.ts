import { X509Certificate } from 'node:crypto';
import type { AuthorityRow } from '../../pki/records.js';
import { toPem } from '../../pki/pem.js';
import { CRL_VALID_MS } from './next-crl.js';

/** The certificate authority as every answer shows it. Nothing in it is secret. */
export interface AuthorityDescription {
  readonly trustDomain: string;
  /** PEM. */
  readonly certificate: string;
  /** SHA-256 of the certificate, as OpenSSL prints it. */
  readonly fingerprint: string;
  readonly expiresAt: Date;
  /** Seconds. */
  readonly maxLifetime: number;
  readonly crlUrl: string | null;
  /** PEM. */
  readonly crl: string;
  readonly crlNumber: number;
  readonly crlThisUpdate: Date;
  readonly crlNextUpdate: Date;
}

export function describeAuthority(row: Omit<AuthorityRow, 'revision'>): AuthorityDescription {
  const { trustDomain, certificate, maxLifetime, crlUrl, crl, crlNumber, crlAt } = row;
  const { fingerprint256, validTo } = new X509Certificate(certificate);
  return {
    trustDomain,
    certificate: toPem('CERTIFICATE', certificate),
    fingerprint: fingerprint256,
    expiresAt: new Date(validTo),
    maxLifetime,
    crlUrl,
    crl: toPem('X509 CRL', crl),
    crlNumber,
    crlThisUpdate: crlAt,
    crlNextUpdate: new Date(crlAt.getTime() + CRL_VALID_MS),
  };
}
