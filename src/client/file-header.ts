import { encodeContext, type EncryptionContext } from './encryption-context.js';
import { KeysteadError } from './keystead-error.js';

/**
 * The file format, version 1 (frozen: docs/formats/file.md).
 *
 *   magic (7) ‖ format (1) ‖ suite (1) ‖ flags (1) ‖ length of the wrapped key (2) ‖ wrapped key ‖ body
 *
 * The body is Cobblestone-256 under the data key. The wrapped key authenticates itself and can be wrapped anew without
 * touching the body; everything else before it, and the encryption context, is bound as the body's context.
 */
const MAGIC = Buffer.from('KSF\r\n\x1a\n', 'latin1');
const FORMAT = 1;
const SUITE_COBBLESTONE_256 = 1;
const NO_FLAGS = 0;
const LABEL = Buffer.concat([MAGIC, Buffer.of(FORMAT, SUITE_COBBLESTONE_256, NO_FLAGS)]);
const FIXED_BYTES = LABEL.length + 2;

/** No header is longer. */
export const MAX_FILE_HEADER_BYTES = FIXED_BYTES + 0xffff;

export interface FileHeader {
  /** A Keystead ciphertext of the data key. */
  readonly wrappedKey: Buffer;
  /** Where the body starts. */
  readonly bytes: number;
}

export function encodeFileHeader(wrappedKey: Buffer): Buffer {
  if (wrappedKey.length === 0 || wrappedKey.length > 0xffff) {
    throw new KeysteadError(
      'unexpected-answer',
      `A wrapped data key of ${wrappedKey.length} bytes does not fit into a file.`,
    );
  }
  const length = Buffer.alloc(2);
  length.writeUInt16BE(wrappedKey.length);
  return Buffer.concat([LABEL, length, wrappedKey]);
}

/**
 * @param start the file's first bytes
 * @returns undefined if there are too few of them to tell
 * @throws KeysteadError invalid-ciphertext if this is no such file, or one of a newer format
 */
export function decodeFileHeader(start: Buffer): FileHeader | undefined {
  if (!looksLikeFile(start))
    throw new KeysteadError('invalid-ciphertext', 'This is not a file that Keystead encrypted.');
  if (start.length < FIXED_BYTES) return undefined;
  if (!start.subarray(0, LABEL.length).equals(LABEL)) {
    const detail = `The file has format ${start[7]}, suite ${start[8]}, flags ${start[9]}, which this version does not know.`;
    throw new KeysteadError('invalid-ciphertext', detail);
  }
  const bytes = FIXED_BYTES + start.readUInt16BE(LABEL.length);
  if (bytes === FIXED_BYTES)
    throw new KeysteadError('invalid-ciphertext', 'The file is damaged: it holds no data key.');
  if (start.length < bytes) return undefined;
  return { wrappedKey: Buffer.from(start.subarray(FIXED_BYTES, bytes)), bytes };
}

/** Whether these first bytes, as far as they go, are those of an encrypted file. */
export function looksLikeFile(start: Buffer): boolean {
  const length = Math.min(start.length, MAGIC.length);
  return start.subarray(0, length).equals(MAGIC.subarray(0, length));
}

/** What the body is bound to, beside its key: the fixed part of the header and the encryption context in canonical form. */
export function bodyContext(context: EncryptionContext): Buffer {
  return Buffer.concat([LABEL, encodeContext(context)]);
}
