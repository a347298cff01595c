import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';
import { KmsError } from '../errors.js';

/**
 * Cobblestone-256 of c2sp.org/chunked-encryption, chunk by chunk: what streams and random access are built on.
 *
 * file = salt (24) ‖ commitment (32) ‖ chunk 0 ‖ chunk 1 ‖ … ‖ last chunk
 *
 * Every chunk but the last carries exactly 16 KiB; the last carries fewer bytes and may be empty, so that a file that was cut
 * at a chunk's end is noticed.
 */
export const CHUNK_BYTES = 16_384;
export const CHUNK_TAG_BYTES = 16;
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + CHUNK_TAG_BYTES;
export const SALT_BYTES = 24;
export const COMMITMENT_BYTES = 32;
/** salt ‖ commitment */
export const CHUNKED_HEADER_BYTES = SALT_BYTES + COMMITMENT_BYTES;
/** The most chunks of one file, which keeps it under 4 PiB and every length an exact number. */
export const MAX_CHUNKS = 2 ** 38;

const INPUT_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const LABEL = Buffer.from('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0', 'latin1');

/** The keys of one file. `commitment` is public: it is written behind the salt. */
export interface ChunkKeys {
  readonly key: KeyObject;
  readonly baseNonce: Buffer;
  readonly commitment: Buffer;
}

/**
 * The keys of one file, by HKDF-Expand-SHA-512 (RFC 5869 2.3).
 * @param inputKey 32 uniformly random bytes (the data key); stays the caller's, to be zeroed by it
 * @param salt     24 random bytes, new for every file
 * @param context  any bytes that decryption must repeat exactly; they are not stored in the file
 * @throws KmsError invalid-request for a wrong length
 */
export function deriveChunkKeys(inputKey: Buffer, salt: Buffer, context: Buffer): ChunkKeys {
  if (inputKey.length !== INPUT_KEY_BYTES) throw wrongLength('key', INPUT_KEY_BYTES, inputKey.length);
  if (salt.length !== SALT_BYTES) throw wrongLength('salt', SALT_BYTES, salt.length);
  const first = expandBlock(inputKey, [LABEL, salt, context, Buffer.of(1)]);
  const second = expandBlock(inputKey, [first, LABEL, salt, context, Buffer.of(2)]);
  const output = Buffer.concat([first, second]);
  const keys = {
    key: createSecretKey(output.subarray(0, 32)),
    baseNonce: Buffer.from(output.subarray(32, 44)),
    commitment: Buffer.from(output.subarray(44, 76)),
  };
  for (const buffer of [first, second, output]) buffer.fill(0);
  return keys;
}

/**
 * Constant time. To be called before the first chunk is opened.
 * @param commitment the 32 bytes read from the file
 * @throws KmsError invalid-ciphertext for another key, salt or context
 */
export function mustMatchCommitment(keys: ChunkKeys, commitment: Buffer): void {
  if (commitment.length !== COMMITMENT_BYTES || !timingSafeEqual(keys.commitment, commitment)) {
    throw new KmsError('invalid-ciphertext', 'The data was not encrypted with this key and this context.');
  }
}

/**
 * @param index     0, 1, 2 …
 * @param plaintext exactly 16 KiB; fewer bytes (also none) make this the last chunk
 * @returns ciphertext ‖ tag
 */
export function encryptChunk(keys: ChunkKeys, index: number, plaintext: Buffer): Buffer {
  if (plaintext.length > CHUNK_BYTES) {
    throw new KmsError('invalid-request', `A chunk is at most ${CHUNK_BYTES} bytes, not ${plaintext.length}.`);
  }
  const cipher = createCipheriv('aes-256-gcm', keys.key, nonceOf(keys, index));
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/**
 * @param sealed one encrypted chunk, whole
 * @param last   whether the file ends after it; a full chunk at the end, or a short one before it, is refused
 * @returns the authenticated plaintext
 * @throws KmsError invalid-ciphertext
 */
export function decryptChunk(keys: ChunkKeys, index: number, sealed: Buffer, last: boolean): Buffer {
  if (last && sealed.length === SEALED_CHUNK_BYTES) throw truncated();
  const wellSized = last
    ? sealed.length >= CHUNK_TAG_BYTES && sealed.length < SEALED_CHUNK_BYTES
    : sealed.length === SEALED_CHUNK_BYTES;
  if (!wellSized)
    throw new KmsError('invalid-ciphertext', `The encrypted data is damaged: chunk ${index} has a wrong length.`);
  const body = sealed.length - CHUNK_TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', keys.key, nonceOf(keys, index), { authTagLength: CHUNK_TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(body));
  const plaintext = decipher.update(sealed.subarray(0, body));
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    throw new KmsError('invalid-ciphertext', `The encrypted data was changed: chunk ${index} does not authenticate.`);
  }
  return plaintext;
}

/** How many chunks a plaintext of this many bytes takes: at least one. */
export function chunkCount(plaintextBytes: number): number {
  const count = Math.floor(plaintextBytes / CHUNK_BYTES) + 1;
  if (!Number.isSafeInteger(plaintextBytes) || plaintextBytes < 0 || count > MAX_CHUNKS) {
    throw new KmsError('invalid-request', 'The length must be a whole number of bytes, from 0 to just under 4 PiB.');
  }
  return count;
}

/** Bytes of salt, commitment and encrypted chunks together. */
export function ciphertextLength(plaintextBytes: number): number {
  return CHUNKED_HEADER_BYTES + plaintextBytes + chunkCount(plaintextBytes) * CHUNK_TAG_BYTES;
}

/**
 * The inverse of `ciphertextLength`. It says nothing about authenticity: open the last chunk before believing it.
 * @param totalBytes salt, commitment and chunks together
 * @throws KmsError invalid-ciphertext if no plaintext has that length, or if the last chunk is missing
 */
export function plaintextLength(totalBytes: number): number {
  const body = totalBytes - CHUNKED_HEADER_BYTES;
  if (!Number.isSafeInteger(totalBytes) || body < 0) throw truncated();
  const rest = body % SEALED_CHUNK_BYTES;
  if (rest === 0) throw truncated();
  const full = Math.floor(body / SEALED_CHUNK_BYTES);
  if (rest < CHUNK_TAG_BYTES || full + 1 > MAX_CHUNKS) {
    throw new KmsError('invalid-ciphertext', 'The encrypted data has a length that no file of this format has.');
  }
  return full * CHUNK_BYTES + rest - CHUNK_TAG_BYTES;
}

/** Where encrypted chunk `index` starts, counted from the salt's first byte. */
export function chunkOffset(index: number): number {
  return CHUNKED_HEADER_BYTES + index * SEALED_CHUNK_BYTES;
}

function expandBlock(prk: Buffer, parts: readonly Buffer[]): Buffer {
  const hmac = createHmac('sha512', prk);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** base nonce XOR index, big-endian. */
function nonceOf(keys: ChunkKeys, index: number): Buffer {
  if (!Number.isSafeInteger(index) || index < 0 || index >= MAX_CHUNKS) {
    throw new KmsError('invalid-request', 'A file has at most 2^38 chunks: start a new one.');
  }
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUIntBE(index, NONCE_BYTES - 6, 6);
  for (let i = 0; i < NONCE_BYTES; i++) nonce[i] = nonce[i]! ^ keys.baseNonce[i]!;
  return nonce;
}

function truncated(): KmsError {
  return new KmsError('invalid-ciphertext', 'The encrypted data is cut short: its end is missing.');
}

function wrongLength(what: string, expected: number, actual: number): KmsError {
  return new KmsError('invalid-request', `The ${what} must be ${expected} bytes, not ${actual}.`);
}
