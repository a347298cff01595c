import * as chunked from './chunked.js';
import type { DataKeySource } from './data-keys.js';
import type { EncryptionContext } from './encryption-context.js';
import { open, openBody } from './file-encryption.js';
import { decodeFileHeader, MAX_FILE_HEADER_BYTES } from './file-header.js';
import { asKeysteadError, KeysteadError } from './keystead-error.js';
import { asBuffer } from './wire.js';

/** What random access reads from. */
export interface RandomAccess {
  /** Bytes in all. */
  readonly size: number;
  /** `length` bytes from `position` on; fewer only at the end. */
  read(position: number, length: number): Promise<Uint8Array>;
}

/** The part of a `node:fs/promises` FileHandle that is needed. */
export interface ReadableHandle {
  stat(): Promise<{ readonly size: number }>;
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
}

export type RandomAccessSource = Uint8Array | ReadableHandle | RandomAccess;

/** Sealed chunks read at a time. */
const CHUNKS_AT_ONCE = 64;

/** An encrypted file that is read here and there. Its length is authentic: the last chunk was opened first. */
export class EncryptedFile {
  private constructor(
    private readonly source: RandomAccess,
    private readonly keys: chunked.ChunkKeys,
    private readonly bodyAt: number,
    /** Of the plaintext, in bytes. */
    readonly length: number,
  ) {}

  /**
   * @param onUnauthentic called if the data key is under a compromised version
   * @throws KeysteadError invalid-ciphertext if it is cut short, no such file, or bound to another context; not-authentic
   * where `onUnauthentic` would be called, and there is none
   */
  static async open(
    dataKeys: DataKeySource,
    from: RandomAccessSource,
    context: EncryptionContext,
    onUnauthentic?: () => void,
  ): Promise<EncryptedFile> {
    const source = await randomAccess(from);
    const start = asBuffer(
      await source.read(0, Math.min(source.size, MAX_FILE_HEADER_BYTES + chunked.CHUNKED_HEADER_BYTES)),
    );
    const header = decodeFileHeader(start);
    if (header === undefined)
      throw new KeysteadError('invalid-ciphertext', 'The encrypted file is cut short: its end is missing.');
    const length = lengthOf(source.size - header.bytes);
    const bodyStart = start.subarray(header.bytes, header.bytes + chunked.CHUNKED_HEADER_BYTES);
    const keys = await openBody(dataKeys, header.wrappedKey, bodyStart, context, onUnauthentic);
    const file = new EncryptedFile(source, keys, header.bytes, length);
    await file.#chunks(chunked.chunkCount(length) - 1, 1);
    return file;
  }

  /**
   * Plaintext bytes `start` to `end` (exclusive), cut at the file's end.
   * @throws KeysteadError invalid-ciphertext if a chunk in the range was changed or moved
   */
  async read(start: number, end: number): Promise<Buffer> {
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start) {
      throw new KeysteadError('invalid-request', 'A range is two whole numbers of bytes, the start not after the end.');
    }
    const stop = Math.min(end, this.length);
    if (start >= stop) return Buffer.alloc(0);
    const first = Math.floor(start / chunked.CHUNK_BYTES);
    const last = Math.floor((stop - 1) / chunked.CHUNK_BYTES);
    const pieces: Buffer[] = [];
    for (let index = first; index <= last; index += CHUNKS_AT_ONCE) {
      pieces.push(...(await this.#chunks(index, Math.min(CHUNKS_AT_ONCE, last - index + 1))));
    }
    const offset = first * chunked.CHUNK_BYTES;
    return Buffer.concat(pieces).subarray(start - offset, stop - offset);
  }

  async #chunks(first: number, count: number): Promise<Buffer[]> {
    const lastIndex = chunked.chunkCount(this.length) - 1;
    const position = this.bodyAt + chunked.chunkOffset(first);
    const sealed = asBuffer(await this.source.read(position, count * chunked.SEALED_CHUNK_BYTES));
    return Array.from({ length: count }, (_, i) => {
      const at = i * chunked.SEALED_CHUNK_BYTES;
      return open(this.keys, first + i, sealed.subarray(at, at + chunked.SEALED_CHUNK_BYTES), first + i === lastIndex);
    });
  }
}

function lengthOf(bodyBytes: number): number {
  try {
    return chunked.plaintextLength(bodyBytes);
  } catch (error) {
    throw asKeysteadError(error);
  }
}

async function randomAccess(from: RandomAccessSource): Promise<RandomAccess> {
  if (from instanceof Uint8Array) {
    return {
      size: from.length,
      read: (position, length) => Promise.resolve(from.subarray(position, position + length)),
    };
  }
  if (!('stat' in from)) return from;
  const { size } = await from.stat();
  return {
    size,
    read: (position, length) => readFully(from, position, Math.min(length, Math.max(0, size - position))),
  };
}

async function readFully(handle: ReadableHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}
