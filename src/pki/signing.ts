import type { X509CertificateCreateWithKeyParams, X509CertificateGenerator } from '@peculiar/x509';

/** ECDSA over P-384 with SHA-384, as r ‖ s: the authority's key, wherever it is kept. */
export type SignAsAuthority = (message: Buffer) => Promise<Buffer>;

export const AUTHORITY_SPEC = 'ecc-p384';
export const AUTHORITY_SIGNS = 'ecdsa-sha-384-jose';

type SigningKey = X509CertificateCreateWithKeyParams['signingKey'];
type Crypto = NonNullable<Parameters<(typeof X509CertificateGenerator)['create']>[1]>;

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' } as const;

/** What the library signs with: WebCrypto as far as it asks for it. No private key is in its hands. */
export function webCryptoOf(sign: SignAsAuthority): {
  readonly crypto: Crypto;
  readonly signing: { readonly signingKey: SigningKey; readonly signingAlgorithm: typeof ALGORITHM };
} {
  const subtle = {
    sign: async (_algorithm: unknown, _key: unknown, message: ArrayBuffer) => sign(Buffer.from(message)),
  };
  const signingKey = { algorithm: ALGORITHM, type: 'private', extractable: false, usages: ['sign'] } as const;
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the part of it that is called
    crypto: { subtle } as Crypto,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a handle, as WebCrypto has it
    signing: { signingKey: signingKey as SigningKey, signingAlgorithm: ALGORITHM },
  };
}
