import type { RevocationReason } from '../keys/version-states.js';

/** The service's own certificate authority: one row, whose id is the install's scope. */
export interface AuthorityRow {
  readonly id: string;
  /** SPIFFE trust domain of the certificates. */
  readonly trustDomain: string;
  /** No keyring of the install: only the wrapping key under this id opens the authority's key, and no door or binding names it. */
  readonly systemKeyring: string;
  /** X.509 in DER, self-signed. */
  readonly certificate: Buffer;
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Buffer;
  /** Not deciding: wrapped material carries its own authentication. */
  readonly material: Buffer;
  /** Seconds that a certificate may live at most. */
  readonly maxLifetime: number;
  /** Where the world fetches the revocation list; in every certificate. */
  readonly crlUrl: string | null;
  /** RFC 5280 in DER, as published last. */
  readonly crl: Buffer;
  readonly crlNumber: number;
  readonly crlAt: Date;
  readonly createdAt: Date;
  readonly revision: number;
}

export const CERTIFICATE_STATES = ['pending', 'issued', 'rejected', 'expired', 'revoked'] as const;
export type CertificateState = (typeof CERTIFICATE_STATES)[number];

/** One certificate that was issued for a registration. */
export interface IssuedCertificate {
  /** Hex. */
  readonly serial: string;
  /** SHA-256 of its SubjectPublicKeyInfo, in base64. */
  readonly pin: string;
  /** ISO 8601. */
  readonly notAfter: string;
}

/** A registration: a request that a second person decides, then the certificates that it was renewed into. */
export interface CertificateRow {
  readonly id: string;
  /** Whom its certificates let in. */
  readonly callerId: string;
  readonly requesterId: string;
  /** For a node's server certificate. */
  readonly dnsNames: readonly string[];
  /** Seconds, of each certificate. */
  readonly lifetime: number;
  /** SubjectPublicKeyInfo of the newest request. */
  readonly publicKey: Buffer;
  /** As stored; `certificateStateAt` knows about the time. */
  readonly state: Exclude<CertificateState, 'expired'>;
  readonly decidedBy: string | null;
  /** Its credential, from the approval on. */
  readonly credentialId: string | null;
  /** The newest, X.509 in DER. */
  readonly certificate: Buffer | null;
  /** Those that have not expired, oldest first. */
  readonly issued: readonly IssuedCertificate[];
  readonly reason: RevocationReason | null;
  readonly createdAt: Date;
  /** Until when it may be decided; then the end of the newest certificate. */
  readonly expiresAt: Date;
  readonly changedAt: Date;
  readonly revision: number;
}

/** The state at a moment: requests and certificates end by themselves. */
export function certificateStateAt(row: Pick<CertificateRow, 'state' | 'expiresAt'>, now: number): CertificateState {
  const isOpen = row.state === 'pending' || row.state === 'issued';
  return isOpen && row.expiresAt.getTime() <= now ? 'expired' : row.state;
}
