/** The service's words for what a key is. A newer service may know more: any text is accepted. */
export type KeySpec =
  | 'aes-256-xaes'
  | 'aes-256-gcm'
  | 'aes-128-gcm'
  | 'chacha20-poly1305'
  | 'hmac-sha-224'
  | 'hmac-sha-256'
  | 'hmac-sha-384'
  | 'hmac-sha-512'
  | 'rsa-2048'
  | 'rsa-3072'
  | 'rsa-4096'
  | 'ecc-p256'
  | 'ecc-p384'
  | 'ecc-p521'
  | 'ecc-secp256k1'
  | 'ed25519'
  | 'x25519'
  | 'ml-dsa-44'
  | 'ml-dsa-65'
  | 'ml-dsa-87'
  | 'ml-kem-512'
  | 'ml-kem-768'
  | 'ml-kem-1024'
  | (string & {});

export type KeyUsage =
  | 'encrypt-decrypt'
  | 'sign-verify'
  | 'generate-verify-mac'
  | 'key-agreement'
  | 'encapsulate-decapsulate'
  | (string & {});
