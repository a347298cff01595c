import { randomBytes } from 'node:crypto';
import { ByteQueue } from './byte-queue.js';
import * as chunked from './chunked.js';
import type { DataKeySource } from './data-keys.js';
import type { EncryptionContext } from './encryption-context.js';
import { bodyContext, decodeFileHeader, encodeFileHeader, MAX_FILE_HEADER_BYTES } from './file-header.js';
import { asKeysteadError, KeysteadError } from './keystead-error.js';

/** Where bytes come from: a Readable, a web stream, an async generator, an array of Buffers. */
export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Chunks that are worked on at a time: what bounds the memory, whatever the size of the source's pieces. */
const CHUNKS_AT_ONCE = 32;

/**
 * Encrypts a stream of any length into the file format, in constant memory.
 * @param bytes the length, where it is known: only the data-key cache wants it
 */
export async function* encryptFile(
  dataKeys: DataKeySource,
  source: ByteSource,
  key: string,
  context: EncryptionContext,
  bytes: number | undefined,
): AsyncGenerator<Buffer, void> {
  const lent = await dataKeys.forEncryption(key, context, bytes);
  const salt = randomBytes(chunked.SALT_BYTES);
  const keys = deriveAndZero(lent.plaintext, salt, context);
  yield Buffer.concat([encodeFileHeader(lent.ciphertext), salt, keys.commitment]);
  const queue = new ByteQueue();
  let index = 0;
  let total = 0;
  try {
    for await (const piece of source) {
      total += piece.length;
      queue.push(piece);
      while (queue.length >= chunked.CHUNK_BYTES) {
        const sealed: Buffer[] = [];
        while (queue.length >= chunked.CHUNK_BYTES && sealed.length < CHUNKS_AT_ONCE) {
          sealed.push(chunked.encryptChunk(keys, index++, queue.take(chunked.CHUNK_BYTES)));
        }
        yield Buffer.concat(sealed);
      }
    }
  } finally {
    lent.count(Math.max(0, total - (bytes ?? 0)));
  }
  yield chunked.encryptChunk(keys, index, queue.take(chunked.CHUNK_BYTES));
}

/**
 * Decrypts a file as it comes, in constant memory. Every piece that it yields is authentic; but only the end tells that nothing is
 * missing, so whoever acts on pieces before the end must be ready to undo it.
 * @param onUnauthentic called before the first piece, if the data key is under a compromised version
 * @throws KeysteadError invalid-ciphertext for anything changed, cut short, reordered, or bound to another context; not-authentic
 * where `onUnauthentic` would be called, and there is none
 */
export async function* decryptFile(
  dataKeys: DataKeySource,
  source: ByteSource,
  context: EncryptionContext,
  onUnauthentic?: () => void,
): AsyncGenerator<Buffer, void> {
  const queue = new ByteQueue();
  let keys: chunked.ChunkKeys | undefined;
  let index = 0;
  for await (const piece of source) {
    queue.push(piece);
    keys ??= await readKeys(dataKeys, queue, context, onUnauthentic);
    if (keys === undefined) continue;
    while (queue.length >= chunked.SEALED_CHUNK_BYTES) {
      const opened: Buffer[] = [];
      while (queue.length >= chunked.SEALED_CHUNK_BYTES && opened.length < CHUNKS_AT_ONCE) {
        opened.push(open(keys, index++, queue.take(chunked.SEALED_CHUNK_BYTES), false));
      }
      yield Buffer.concat(opened);
    }
  }
  if (keys === undefined || queue.length < chunked.CHUNK_TAG_BYTES) {
    throw new KeysteadError('invalid-ciphertext', 'The encrypted file is cut short: its end is missing.');
  }
  const last = open(keys, index, queue.take(chunked.SEALED_CHUNK_BYTES), true);
  if (last.length > 0) yield last;
}

/**
 * The keys of a body, once its salt and commitment are known.
 * @throws KeysteadError invalid-ciphertext if the commitment is another's; not-authentic, unless there is `onUnauthentic`
 */
export async function openBody(
  dataKeys: DataKeySource,
  wrappedKey: Buffer,
  bodyStart: Buffer,
  context: EncryptionContext,
  onUnauthentic: (() => void) | undefined,
): Promise<chunked.ChunkKeys> {
  const salt = bodyStart.subarray(0, chunked.SALT_BYTES);
  const commitment = bodyStart.subarray(chunked.SALT_BYTES, chunked.CHUNKED_HEADER_BYTES);
  const dataKey = await dataKeys.forDecryption(wrappedKey, context);
  const keys = deriveAndZero(dataKey.plaintext, salt, context);
  if (dataKey.authentic === false) (onUnauthentic ?? refuseUnauthentic)();
  try {
    chunked.mustMatchCommitment(keys, commitment);
  } catch (error) {
    throw asKeysteadError(error);
  }
  return keys;
}

/** @throws KeysteadError not-authentic */
function refuseUnauthentic(): never {
  throw new KeysteadError(
    'not-authentic',
    'The data key is under a version that is compromised: whoever has the key could have made this.',
  );
}

/** @throws KeysteadError invalid-ciphertext */
export function open(keys: chunked.ChunkKeys, index: number, sealed: Buffer, last: boolean): Buffer {
  try {
    return chunked.decryptChunk(keys, index, sealed, last);
  } catch (error) {
    throw asKeysteadError(error);
  }
}

/** Takes the header, the salt and the commitment off the queue, as soon as all of them are there. */
async function readKeys(
  dataKeys: DataKeySource,
  queue: ByteQueue,
  context: EncryptionContext,
  onUnauthentic: (() => void) | undefined,
): Promise<chunked.ChunkKeys | undefined> {
  const start = queue.take(MAX_FILE_HEADER_BYTES + chunked.CHUNKED_HEADER_BYTES);
  const header = decodeFileHeader(start);
  const bodyAt = header === undefined ? Infinity : header.bytes + chunked.CHUNKED_HEADER_BYTES;
  queue.putBack(header === undefined || start.length < bodyAt ? start : start.subarray(bodyAt));
  if (header === undefined || start.length < bodyAt) return undefined;
  return openBody(dataKeys, header.wrappedKey, start.subarray(header.bytes, bodyAt), context, onUnauthentic);
}

function deriveAndZero(dataKey: Buffer, salt: Buffer, context: EncryptionContext): chunked.ChunkKeys {
  try {
    return chunked.deriveChunkKeys(dataKey, salt, bodyContext(context));
  } catch (error) {
    throw asKeysteadError(error);
  } finally {
    dataKey.fill(0);
  }
}
