import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Secret } from '../../crypto/secret.js';
import { KmsError } from '../../errors.js';

const FIRST_LINE = 'keystead-sealed-root-key-file 1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A root key file that is encrypted at rest, and the key that it takes to open it. */
export interface FileSeal {
  /** How the key is come by: the second line of the file, such as `shamir 3 5 …`. */
  readonly method: string;
  /** 32 bytes. */
  readonly key: Secret;
  /** Numbers of the shares that it was made of. */
  readonly shares?: readonly number[];
}

/**
 * The text of a sealed file, format 1: ASCII lines, each ended by a line feed.
 *
 *     keystead-sealed-root-key-file 1
 *     <method>
 *     <base64 of nonce (12) ‖ ciphertext ‖ tag (16)>      AES-256-GCM (SP 800-38D); AAD: the two lines above
 *
 * @param text what `formatRootKeyFile` wrote
 */
export function sealFile({ method, key }: FileSeal, text: Buffer): Buffer {
  const head = headOf(method);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce);
  cipher.setAAD(head);
  const sealed = Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  return Buffer.concat([head, Buffer.from(`${sealed.toString('base64')}\n`)]);
}

/** @returns how the key of a sealed file is come by; undefined for a file that is not sealed */
export function methodOf(file: Buffer): string | undefined {
  const [first, method] = file.toString('latin1').split('\n');
  return first === FIRST_LINE ? method : undefined;
}

/**
 * @param path for the sentence of the error only
 * @returns the text of a root key file; the caller zeroes it
 * @throws KmsError wrong-root-key if it is no sealed file, is damaged, or is sealed by another key
 */
export function openSealedFile({ method, key }: FileSeal, file: Buffer, path: string): Buffer {
  const head = headOf(method);
  const text = file.subarray(head.length).toString('latin1');
  const sealed = Buffer.from(text, 'base64');
  const pieces: Buffer[] = [];
  try {
    if (!file.subarray(0, head.length).equals(head)) throw new Error('another head');
    if (text !== `${sealed.toString('base64')}\n`) throw new Error('not as it was written');
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(head);
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    pieces.push(decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)));
    decipher.final();
    return Buffer.concat(pieces);
  } catch {
    throw new KmsError('wrong-root-key', `The passphrase or the shares do not open ${path}, or it is damaged`);
  } finally {
    for (const piece of pieces) piece.fill(0);
  }
}

function headOf(method: string): Buffer {
  return Buffer.from(`${FIRST_LINE}\n${method}\n`);
}
