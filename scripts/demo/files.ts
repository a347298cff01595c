import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export const MiB = 1024 * 1024;
/** More than any header of an encrypted file has. */
const START_BYTES = 70_000;

/** Writes a file of random bytes. @returns its SHA-256 */
export async function generateFile(path: string, bytes: number): Promise<Buffer> {
  const hash = createHash('sha256');
  const pieces = function* () {
    for (let written = 0; written < bytes; written += MiB) {
      const piece = randomBytes(Math.min(MiB, bytes - written));
      hash.update(piece);
      yield piece;
    }
  };
  await pipeline(Readable.from(pieces()), createWriteStream(path));
  return hash.digest();
}

export async function digestOf(path: string): Promise<Buffer> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest();
}

export async function readStart(path: string): Promise<Buffer> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Writes a new header over an old one, in place where both are as long. */
export async function putHeader(path: string, oldBytes: number, header: Buffer): Promise<void> {
  if (header.length !== oldBytes) {
    const moved = `${path}.moved`;
    await pipeline(async function* () {
      yield header;
      yield* createReadStream(path, { start: oldBytes });
    }, createWriteStream(moved));
    await copyFile(moved, path);
    return;
  }
  const handle = await open(path, 'r+');
  try {
    await handle.write(header, 0, header.length, 0);
  } finally {
    await handle.close();
  }
}

/** @returns a copy with the lowest bit of one byte flipped */
export function flipByte(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
  return changed;
}
