import type { Timestamp } from './resource-types.js';

/** The service's own certificate authority. */
export interface CertificateAuthority {
  readonly trustDomain: string;
  /** PEM. */
  readonly certificate: string;
  /** SHA-256 of the certificate. */
  readonly fingerprint: string;
  readonly expiresAt: Timestamp;
  /** Seconds that a certificate may live at most. */
  readonly maxLifetime: number;
  readonly crlUrl: string | null;
  /** Revocation list, PEM. */
  readonly crl: string;
  readonly crlNumber: number;
  readonly crlThisUpdate: Timestamp;
  readonly crlNextUpdate: Timestamp;
}

export interface InitPkiInput {
  /** SPIFFE trust domain, such as `prod.example`. */
  readonly trustDomain: string;
  /** Seconds, or a text such as `24h`. Default 7 days. */
  readonly maxLifetime?: number | string;
  /** Where the world fetches the revocation list; in every certificate. */
  readonly crlUrl?: string;
}

/** A request, and what it was issued and renewed into. */
export interface Certificate {
  readonly id: string;
  /** Id of the caller whom it lets in. */
  readonly caller: string;
  readonly requester: string;
  readonly state: 'pending' | 'issued' | 'rejected' | 'expired' | 'revoked' | (string & {});
  readonly dnsNames: readonly string[];
  /** Seconds, of each certificate. */
  readonly lifetime: number;
  /** SHA-256 of the public key of the newest request, in base64. */
  readonly pin: string;
  readonly serial: string | null;
  /** The newest, in PEM. */
  readonly certificate: string | null;
  readonly credential: string | null;
  readonly decidedBy: string | null;
  readonly reason: string | null;
  readonly createdAt: Timestamp;
  /** Until when it may be decided; then the end of the newest certificate. */
  readonly expiresAt: Timestamp;
}

export interface RequestCertificateInput {
  /** PKCS#10 in PEM, as `makeCertificateRequest` makes it. */
  readonly csr: string;
  /** Id or name; default: who asks. */
  readonly caller?: string;
  /** For a node's server certificate. */
  readonly dnsNames?: readonly string[];
  /** Seconds, or a text such as `12h`, of each certificate. Default a day. */
  readonly expiresIn?: number | string;
}

/** A certificate with its private key, both PEM. */
export interface OwnCertificate {
  readonly certificate: string;
  readonly key: string;
}
