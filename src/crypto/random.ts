import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const randomBytesOffLoop = promisify(randomBytes);
const SMALL = 1024;

/** `length` bytes of the operating system's generator; more than 1 KiB are drawn off the event loop. */
export async function random(length: number): Promise<Buffer> {
  return length <= SMALL ? ownBuffer(length) : randomBytesOffLoop(length);
}

/** Random bytes at once, for small secrets: in memory of their own, never a slice of a shared pool, so that zeroing them is enough. */
export function ownBuffer(length: number): Buffer {
  return randomBytes(length);
}
