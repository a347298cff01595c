import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** The root version that wraps, and where it stands. */
export interface WrappingRoot {
  readonly id: string;
  readonly version: number;
  /** 32 bytes. */
  readonly key: Buffer;
}

const FORMAT = 1;
const SALT_BYTES = 24;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BLOB_BYTES = 1 + SALT_BYTES + KEY_BYTES + TAG_BYTES;
const LABEL = 'keystead/v1/local-root/wrap';

/**
 * Wraps a 32-byte key: AES-256-GCM (SP 800-38D) under a key and nonce of its own, both from HKDF-SHA-256 (RFC 5869) over
 * the root version's key and a fresh 24-byte salt, so that the number of wrappings has no practical bound.
 *
 *     blob = format (1 byte, 01) ‖ salt (24) ‖ ciphertext (32) ‖ tag (16)
 *     key (32) ‖ nonce (12) = HKDF-SHA-256(ikm = root key, salt, info = "keystead/v1/local-root/wrap")
 *     AAD = format ‖ length of id (u16, big-endian) ‖ id ‖ version (u32, big-endian) ‖ context
 */
export function wrapUnderRoot(root: WrappingRoot, key: Buffer, context: Buffer): Buffer {
  const salt = randomBytes(SALT_BYTES);
  const derived = derive(root.key, salt);
  try {
    const cipher = createCipheriv('aes-256-gcm', derived.subarray(0, KEY_BYTES), derived.subarray(KEY_BYTES));
    cipher.setAAD(aadOf(root, context));
    const sealed = Buffer.concat([cipher.update(key), cipher.final()]);
    return Buffer.concat([Buffer.from([FORMAT]), salt, sealed, cipher.getAuthTag()]);
  } finally {
    derived.fill(0);
  }
}

/** @returns the 32-byte key, or undefined if the blob was not made by this root version under this context */
export function unwrapUnderRoot(root: WrappingRoot, blob: Buffer, context: Buffer): Buffer | undefined {
  if (blob.length !== BLOB_BYTES || blob[0] !== FORMAT) return undefined;
  const derived = derive(root.key, blob.subarray(1, 1 + SALT_BYTES));
  const opened = Buffer.alloc(KEY_BYTES);
  try {
    const decipher = createDecipheriv('aes-256-gcm', derived.subarray(0, KEY_BYTES), derived.subarray(KEY_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(aadOf(root, context));
    decipher.setAuthTag(blob.subarray(-TAG_BYTES));
    const piece = decipher.update(blob.subarray(1 + SALT_BYTES, -TAG_BYTES));
    piece.copy(opened);
    piece.fill(0);
    decipher.final();
    return opened;
  } catch {
    opened.fill(0);
    return undefined;
  } finally {
    derived.fill(0);
  }
}

function derive(rootKey: Buffer, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', rootKey, salt, LABEL, KEY_BYTES + NONCE_BYTES));
}

function aadOf(root: WrappingRoot, context: Buffer): Buffer {
  const id = Buffer.from(root.id);
  const head = Buffer.alloc(3);
  head.writeUInt8(FORMAT);
  head.writeUInt16BE(id.length, 1);
  const version = Buffer.alloc(4);
  version.writeUInt32BE(root.version);
  return Buffer.concat([head, id, version, context]);
}
