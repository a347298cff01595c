import { lstat, mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { runAs } from './run-as.js';

/** npm packages cannot hold symbolic links: the package lists them here, both paths relative to its root. */
interface PackagedLink {
  readonly source: string;
  readonly target: string;
}

/**
 * Makes the library links that the package's install script makes, which `npm ci --ignore-scripts` leaves out.
 *
 * @param root the package's directory
 * @returns whether all links exist afterwards; false where the directory may not be written
 */
export async function hydrateLinks(root: string): Promise<boolean> {
  if ((await missingLinks(root)).length === 0) return true;
  await runAs(undefined, process.execPath, ['scripts/hydrate-symlinks.js'], root);
  return (await missingLinks(root)).length === 0;
}

/** Makes the missing links in a copy of the package, without its script. */
export async function linkCopy(root: string): Promise<void> {
  for (const { source, target } of await missingLinks(root)) {
    const path = join(root, target);
    await mkdir(dirname(path), { recursive: true });
    await symlink(relative(dirname(path), join(root, source)), path);
  }
}

async function missingLinks(root: string): Promise<PackagedLink[]> {
  const links: PackagedLink[] = JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8'));
  const present = await Promise.all(links.map(({ target }) => exists(join(root, target))));
  return links.filter((_, index) => !present[index]);
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
