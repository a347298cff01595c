import { fromSpki } from './fixed-spki.js';
import { notAPublicKey, readSpki } from './key-object.js';
import type { KeySpec } from './key-spec.js';

/** A public JWK: RFC 7518 (RSA, EC), RFC 8037 (OKP), RFC 9964 (AKP: ML-DSA; ML-KEM in the same form). */
export interface PublicJwk {
  readonly kty: 'RSA' | 'EC' | 'OKP' | 'AKP';
  readonly kid?: string;
  readonly alg?: string;
  readonly use?: string;
  readonly crv?: string;
  readonly n?: string;
  readonly e?: string;
  readonly x?: string;
  readonly y?: string;
  readonly pub?: string;
}

const OKP_CURVES: Partial<Record<KeySpec, string>> = { ed25519: 'Ed25519', x25519: 'X25519' };

/** SPKI DER → PEM (RFC 7468), with a line end at its end. */
export function publicKeyPem(spki: Buffer): string {
  const lines = spki.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PUBLIC KEY-----\n${lines.join('\n')}\n-----END PUBLIC KEY-----\n`;
}

/**
 * SPKI DER → JWK, the same for the same key.
 * @param parameters `kid`, and `use` or `alg` where the caller knows them
 * @throws KmsError invalid-key-material
 */
export function publicKeyJwk(
  spki: Buffer,
  parameters: { readonly kid: string; readonly use?: 'sig' | 'enc'; readonly alg?: string },
): PublicJwk {
  const fixed = fromSpki(spki);
  if (fixed !== undefined) {
    const raw = fixed.raw.toString('base64url');
    const crv = OKP_CURVES[fixed.spec];
    // AKP names its algorithm always: it is what tells the parameter sets apart.
    return crv === undefined
      ? { kty: 'AKP', ...parameters, alg: fixed.spec.toUpperCase(), pub: raw }
      : { kty: 'OKP', ...parameters, crv, x: raw };
  }
  const { kty, crv, n, e, x, y } = readSpki(spki, 'RSA or EC').export({ format: 'jwk' });
  if (kty === 'RSA' && n !== undefined && e !== undefined) return { kty, ...parameters, n, e };
  if (kty === 'EC' && crv !== undefined && x !== undefined && y !== undefined) return { kty, ...parameters, crv, x, y };
  throw notAPublicKey('RSA or EC');
}
