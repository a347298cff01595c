import type { EncryptionContext } from './encryption-context.js';

/** Which key and which of its versions did it. */
export interface KeyUse {
  readonly keyId: string;
  readonly version: number;
}

export interface EncryptInput {
  /** Up to 64 KiB; larger data goes by envelope (`encryptBuffer`, `encryptStream`). */
  readonly plaintext: Uint8Array;
  readonly context?: EncryptionContext;
  /** RSA keys only. */
  readonly algorithm?: string;
  /** RSA keys only; default: the primary version. */
  readonly version?: number;
}
export interface Encrypted extends KeyUse {
  readonly ciphertext: Buffer;
}

export interface DecryptInput {
  readonly ciphertext: Uint8Array;
  /** Exactly what encryption was given. */
  readonly context?: EncryptionContext;
  /** RSA ciphertexts name neither key nor version: give both. */
  readonly algorithm?: string;
  readonly version?: number;
}
export interface Decrypted extends KeyUse {
  /** Under a version that is compromised: whoever has the key could have made the ciphertext. */
  readonly authentic?: false;
  readonly plaintext: Buffer;
}

export interface ReEncryptInput {
  readonly ciphertext: Uint8Array;
  /** What the ciphertext was made with. */
  readonly context?: EncryptionContext;
  /** What the new one is bound to; default: the same. */
  readonly newContext?: EncryptionContext;
}

export interface ReEncrypted extends Encrypted {
  /** What it came from. */
  readonly sourceKeyId: string;
  readonly sourceVersion: number;
  /** That is compromised: whoever has the key could have made the ciphertext. */
  readonly authentic?: false;
}

export interface DataKeyInput {
  /** 1 to 1,024; default 32. */
  readonly bytes?: number;
  /** false: the wrapped form only. Default true. */
  readonly plaintext?: boolean;
  readonly context?: EncryptionContext;
}
export interface DataKey extends KeyUse {
  /** The key itself: zero it after use. */
  readonly plaintext?: Buffer;
  /** The wrapped key: keep it with the data, `decrypt` opens it. */
  readonly ciphertext: Buffer;
}

export interface DataKeyPairInput {
  /** An asymmetric key spec, such as `ecc-p256`. */
  readonly spec: string;
  readonly plaintext?: boolean;
  readonly context?: EncryptionContext;
}
export interface DataKeyPair extends KeyUse {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
  /** PKCS#8 DER, or the seed of an ML-DSA or ML-KEM key. */
  readonly privateKey?: Buffer;
  readonly ciphertext: Buffer;
}

/** The message, which the service hashes itself, or its digest, which is not hashed again. */
export type Signed =
  { readonly message: Uint8Array; readonly digest?: never } | { readonly digest: Uint8Array; readonly message?: never };

export type SignInput = Signed & { readonly algorithm?: string; readonly version?: number };
export interface Signature extends KeyUse {
  /** Raw and interoperable. */
  readonly signature: Buffer;
  readonly algorithm?: string;
}

export type VerifyInput = SignInput & { readonly signature: Uint8Array };
export interface Verdict {
  readonly valid: boolean;
  /** The version that verified it. */
  readonly version?: number;
  readonly keyId?: string;
}

export interface MacInput {
  readonly message: Uint8Array;
  readonly version?: number;
}
export interface Mac extends KeyUse {
  readonly mac: Buffer;
}
export interface VerifyMacInput extends MacInput {
  readonly mac: Uint8Array;
}

export interface DeriveSharedSecretInput {
  /** The other side's public key: SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly version?: number;
}
export interface SharedSecret extends KeyUse {
  readonly sharedSecret: Buffer;
}

export interface EncapsulateInput {
  readonly version?: number;
}
export interface Encapsulated extends SharedSecret {
  readonly ciphertext: Buffer;
}
export interface DecapsulateInput {
  readonly ciphertext: Uint8Array;
  readonly version?: number;
}

export interface RandomInput {
  readonly bytes: number;
}
export interface RandomBytes {
  readonly random: Buffer;
}
