import type { KeySpec, KeyUsage } from './key-spec.js';
import type { Secret } from './secret.js';

/** What a key type can do. One file per type in `algorithms/`, one line each in `algorithms.ts`. */
export interface Algorithm {
  readonly spec: KeySpec;
  /** The usages a key of this spec may be created for; with only one, the caller may leave it out. */
  readonly usages: readonly KeyUsage[];
  /** New material in its canonical form (see `GeneratedKey`), tested pairwise (SP 800-56A 5.6.2.1.4, FIPS 140-3 IG 10.3.A). */
  generate(): Promise<GeneratedKey>;
  /**
   * Checks material that a caller brings and brings it to canonical form.
   * @param bytes symmetric and MAC: the raw key; RSA, EC, Ed25519, X25519: PKCS#8 DER; ML-DSA: the 32-byte seed ξ; ML-KEM: the 64-byte seed d‖z
   * @throws KmsError invalid-key-material
   */
  accept(bytes: Buffer): Promise<GeneratedKey>;
  /** Canonical material → the form that a caller exports: what `accept` takes. */
  toExport(material: Secret): Secret;
  /** Makes the usable key. KeyObjects are built here, once; the result is cached by the caller. `material` may be destroyed afterwards. */
  load(material: Secret): UsableKey;
  /** Verification, encapsulation and so on with the public half alone. Throws unsupported-operation for symmetric specs. */
  loadPublic(publicKey: Buffer): UsableKey;
}

export interface GeneratedKey {
  /**
   * Canonical form per spec: the raw key (symmetric, MAC), PKCS#8 DER (RSA), the fixed-length big-endian scalar (EC),
   * the 32-byte seed (Ed25519, X25519), ξ (ML-DSA, 32 bytes), d‖z (ML-KEM, 64 bytes).
   */
  readonly material: Secret;
  /** SubjectPublicKeyInfo DER, for asymmetric specs. */
  readonly publicKey?: Buffer;
}

/** A loaded key: exactly the capabilities of its spec are present. */
export interface UsableKey {
  readonly aead?: AeadKey;
  readonly mac?: MacKey;
  readonly signer?: SigningKey;
  readonly cipher?: AsymmetricCipher;
  readonly agreement?: AgreementKey;
  readonly kem?: KemKey;
}

export interface AeadKey {
  /** Bytes of nonce that `seal` draws at random: 24 (XAES) or 12. */
  readonly nonceBytes: 12 | 24;
  /** @returns ciphertext ‖ 16-byte tag */
  seal(nonce: Buffer, plaintext: Buffer, aad: Buffer): Buffer;
  /** @param sealed ciphertext ‖ 16-byte tag. @returns the plaintext, or undefined if it does not authenticate */
  open(nonce: Buffer, sealed: Buffer, aad: Buffer): Buffer | undefined;
}

export interface MacKey {
  /** The full HMAC over `message`. */
  mac(message: Buffer): Buffer;
  /** Constant time; false for any other length. */
  verify(message: Buffer, mac: Buffer): boolean;
}

/** Either the message, which the algorithm hashes itself, or the digest by the algorithm's own hash, which it does not hash again. */
export type SigningInput = { readonly message: Buffer } | { readonly digest: Buffer };

export interface SigningKey {
  /** The algorithm names this key takes, default first (see `signing-algorithms` in the docs). */
  readonly algorithms: readonly string[];
  /** Not defined on a public key. @throws KmsError invalid-request for a wrong digest length or an algorithm that takes no digest */
  sign?(algorithm: string, input: SigningInput): Promise<Buffer>;
  verify(algorithm: string, input: SigningInput, signature: Buffer): Promise<boolean>;
}

/** RSAES-OAEP (RFC 8017 7.1). */
export interface AsymmetricCipher {
  readonly algorithms: readonly string[];
  /** Of every ciphertext: the length of the modulus. */
  readonly ciphertextBytes: number;
  encrypt(algorithm: string, plaintext: Buffer): Promise<Buffer>;
  /** Not defined on a public key. @returns undefined for anything that does not decrypt, without saying why */
  decrypt?(algorithm: string, ciphertext: Buffer): Promise<Buffer | undefined>;
}

export interface AgreementKey {
  /** ECDH (SP 800-56A) or X25519 (RFC 7748) with the peer's SPKI DER. Raw shared secret; points off the curve and X25519's all-zero result are refused. */
  agree(peerPublicKey: Buffer): Promise<Secret>;
}

export interface KemKey {
  /** FIPS 203. */
  encapsulate(): Promise<{ readonly sharedSecret: Secret; readonly ciphertext: Buffer }>;
  /** Not defined on a public key. Implicit rejection, as FIPS 203 says; a wrong length throws invalid-request. */
  decapsulate?(ciphertext: Buffer): Promise<Secret>;
}
