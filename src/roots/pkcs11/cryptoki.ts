/** The few numbers of PKCS #11 v2.40 that a root key needs, and one of pkcs11js. */
export const CKF = { RW_SESSION: 2, SERIAL_SESSION: 4, OS_LOCKING_OK: 2 } as const;
export const CKU_USER = 1;
export const CKO_SECRET_KEY = 4;
export const CKK_AES = 0x1f;
export const CKM = { AES_KEY_GEN: 0x1080, AES_GCM: 0x1087 } as const;
export const CKA = {
  CLASS: 0,
  TOKEN: 1,
  PRIVATE: 2,
  LABEL: 3,
  KEY_TYPE: 0x100,
  ID: 0x102,
  SENSITIVE: 0x103,
  ENCRYPT: 0x104,
  DECRYPT: 0x105,
  WRAP: 0x106,
  UNWRAP: 0x107,
  VALUE_LEN: 0x161,
  EXTRACTABLE: 0x162,
} as const;
/** pkcs11js: which structure `parameter` is. */
const PARAMS_AES_GCM = 3;

export interface Attribute {
  readonly type: number;
  readonly value?: number | boolean | string | Buffer;
}

/** Opaque. */
export type Handle = Buffer;

/** AES-256-GCM with a tag of 128 bits (SP 800-38D). @param iv 12 bytes */
export function aesGcm(iv: Buffer, aad: Buffer): object {
  return {
    mechanism: CKM.AES_GCM,
    parameter: { type: PARAMS_AES_GCM, iv, ivBits: iv.length * 8, aad, tagBits: 128 },
  };
}
