import { errors } from 'jose';
import type { Refusal } from '../refusal.js';

const BY_CODE: Readonly<Record<string, Refusal>> = {
  ERR_JWT_EXPIRED: 'expired',
  ERR_JOSE_ALG_NOT_ALLOWED: 'algorithm-not-allowed',
  ERR_JWKS_NO_MATCHING_KEY: 'unknown-key',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'unknown-key',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'bad-signature',
  ERR_JOSE_NOT_SUPPORTED: 'malformed',
  ERR_JWS_INVALID: 'malformed',
  ERR_JWT_INVALID: 'malformed',
};

/** Why a JWT was not verified. What is nobody's mistake but the network's or the issuer's is `issuer-unreachable`. */
export function refusalOf(error: unknown): { readonly refusal: Refusal; readonly about?: string } {
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return { refusal: 'wrong-audience' };
    if (error.claim === 'nbf' && error.reason === 'check_failed') return { refusal: 'not-yet-valid' };
    return { refusal: 'wrong-claim', about: error.claim };
  }
  const code = error instanceof errors.JOSEError ? error.code : '';
  return { refusal: BY_CODE[code] ?? 'issuer-unreachable' };
}
