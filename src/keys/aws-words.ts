/** The words of AWS KMS for specs, usages and algorithms, in which key policies speak of them too. */

export const SYMMETRIC = 'SYMMETRIC_DEFAULT';

/** In the order in which AWS lists them. */
export const SPECS: Readonly<Record<string, string>> = {
  RSA_2048: 'rsa-2048',
  RSA_3072: 'rsa-3072',
  RSA_4096: 'rsa-4096',
  ECC_NIST_P256: 'ecc-p256',
  ECC_NIST_P384: 'ecc-p384',
  ECC_NIST_P521: 'ecc-p521',
  ECC_SECG_P256K1: 'ecc-secp256k1',
  [SYMMETRIC]: 'aes-256-xaes',
  HMAC_224: 'hmac-sha-224',
  HMAC_256: 'hmac-sha-256',
  HMAC_384: 'hmac-sha-384',
  HMAC_512: 'hmac-sha-512',
  ML_DSA_44: 'ml-dsa-44',
  ML_DSA_65: 'ml-dsa-65',
  ML_DSA_87: 'ml-dsa-87',
  ML_KEM_512: 'ml-kem-512',
  ML_KEM_768: 'ml-kem-768',
  ML_KEM_1024: 'ml-kem-1024',
  ECC_NIST_EDWARDS25519: 'ed25519',
};

export const USAGES: Readonly<Record<string, string>> = {
  SIGN_VERIFY: 'sign-verify',
  ENCRYPT_DECRYPT: 'encrypt-decrypt',
  GENERATE_VERIFY_MAC: 'generate-verify-mac',
  KEY_AGREEMENT: 'key-agreement',
  ENCAPSULATE_DECAPSULATE: 'encapsulate-decapsulate',
};

/** Every symmetric spec is SYMMETRIC_DEFAULT to a client; other specs that AWS lacks are in our own words. */
export function specName(spec: string): string {
  if (/^(aes|chacha20)-/.test(spec)) return SYMMETRIC;
  return nameOf(SPECS, spec);
}

export function usageName(usage: string): string {
  return nameOf(USAGES, usage);
}

/** Of one of these words, ours; its own name in capitals where AWS has none. */
export function nameOf(words: Readonly<Record<string, string>>, ours: string): string {
  return Object.keys(words).find((name) => words[name] === ours) ?? ours.toUpperCase().replaceAll('-', '_');
}

const NAMED_OTHERWISE: Readonly<Record<string, string>> = {
  ED25519_SHA_512: 'ed25519',
  ED25519_PH_SHA_512: 'ed25519ph',
  ML_DSA_SHAKE_256: 'ml-dsa',
};
const EXTERNAL_MU = 'ml-dsa-external-mu';

/** `RSASSA_PKCS1_V1_5_SHA_256` → `rsassa-pkcs1-v1_5-sha-256`. */
export function algorithmOf(name: string): string {
  return NAMED_OTHERWISE[name] ?? name.toLowerCase().replaceAll('_', '-').replace('v1-5', 'v1_5');
}

/** `rsassa-pkcs1-v1_5-sha-256` → `RSASSA_PKCS1_V1_5_SHA_256`. */
export function algorithmName(algorithm: string): string {
  if (algorithm === EXTERNAL_MU) return 'ML_DSA_SHAKE_256';
  const otherwise = Object.keys(NAMED_OTHERWISE).find((name) => NAMED_OTHERWISE[name] === algorithm);
  return otherwise ?? algorithm.toUpperCase().replaceAll('-', '_');
}
