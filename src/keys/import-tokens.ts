/** A one-time permission to bring material to one key. The private key is wrapped by the keyring, bound to every other field. */
export interface ImportToken {
  readonly id: string;
  readonly keyringId: string;
  readonly keyId: string;
  readonly callerId: string;
  /** `rsa-3072/rsaes-oaep-sha-256`: the key that the material is wrapped to, and how. */
  readonly algorithm: string;
  /** Keyed digest of the token's secret. */
  readonly hash: Buffer;
  /** PKCS#8 of the wrapping RSA key, wrapped (`WrappingKey.wrapSecret`). */
  readonly privateKey: Buffer;
  readonly wrappingVersion: number;
  readonly expiresAt: Date;
  readonly failures: number;
}

export abstract class ImportTokens {
  abstract create(token: ImportToken): Promise<void>;
  abstract find(id: string): Promise<ImportToken | undefined>;
  /** @returns the number of failures so far, this one included */
  abstract countFailure(id: string): Promise<number>;
  /** @returns whether it was there: of two that burn it, one wins */
  abstract burn(id: string): Promise<boolean>;
}
