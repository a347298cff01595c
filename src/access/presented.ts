import type { WireRequest } from './sigv4/canonical-request.js';

/** A client certificate of a TLS handshake, as the door read it. */
export interface PresentedCertificate {
  /** The URIs of its subjectAltName. */
  readonly uris: readonly string[];
  /** The DNS names of its subjectAltName, in lower case. */
  readonly dnsNames: readonly string[];
  /** SHA-256 of its SubjectPublicKeyInfo, in base64. */
  readonly pin: string;
  /** Why it does not verify, such as `CERT_HAS_EXPIRED`; undefined when chain, dates and revocation are in order. */
  readonly problem: string | undefined;
}

/** What a person types. */
export interface PresentedPassword {
  readonly kind: 'password';
  readonly name: string;
  readonly password: string;
  /** Six digits of the authenticator application, or a recovery code. */
  readonly code: string;
}

/** A whole request, which its signature is over. */
export interface PresentedSignature {
  readonly kind: 'signature';
  readonly request: WireRequest;
  /** For which it must be signed: `kms`, `sts`. */
  readonly service: string;
}

/** A credential as it was presented at a door. */
export type Presented =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'certificate'; readonly certificate: PresentedCertificate }
  | { readonly kind: 'jwt'; readonly jwt: string }
  | PresentedPassword
  | PresentedSignature;

/** How well a caller proved itself: by one secret, by two factors, or by a key that never leaves it. */
export const STRENGTHS = ['single', 'mfa', 'mtls'] as const;
export type Strength = (typeof STRENGTHS)[number];
