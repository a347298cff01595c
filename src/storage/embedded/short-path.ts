import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Bytes that a unix socket's path may have on every system we run on (sun_path: 108 on Linux, 104 on macOS, with NUL). */
export const MAX_SOCKET_PATH = 103;

export function fitsSocketPath(path: string): boolean {
  return Buffer.byteLength(path) <= MAX_SOCKET_PATH;
}

/**
 * Runs `use` with a path that names `directory` and leaves room for a short file name in a unix socket's address:
 * the directory itself, or a link to it in a private temporary directory that is gone afterwards.
 */
export async function withShortPath<T>(directory: string, use: (short: string) => Promise<T>): Promise<T> {
  if (fitsSocketPath(join(directory, 'x'.repeat(24)))) return use(directory);
  const place = await mkdtemp(join(tmpdir(), 'keystead-'));
  try {
    const short = join(place, 'd');
    await symlink(directory, short);
    return await use(short);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
