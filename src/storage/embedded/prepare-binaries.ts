import { chmod, cp, lstat, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KmsError } from '../../errors.js';
import { hydrateLinks, linkCopy } from './hydrate-links.js';
import { programPath, type Binaries } from './locate-binaries.js';
import { mayReach, runAs } from './run-as.js';
import type { ServerAccount } from './server-account.js';

/**
 * Makes sure that `account` can run PostgreSQL: in place where it can, else from a copy (60 MB, once per version) in the
 * first of `homes` that it can reach, as when the checkout lies under /root or may not be written.
 *
 * @param homes directories for the copy; each is made when it does not exist
 * @returns the directory of the package or its copy, to be given to `programPath`
 * @throws KmsError invalid-setting when the programs run nowhere, with what the system said
 */
export async function prepareBinaries(
  installed: Binaries,
  account: ServerAccount | undefined,
  homes: readonly string[],
): Promise<string> {
  const linked = await hydrateLinks(installed.root);
  let complaint = linked ? await whyNotRunnable(installed.root, account) : 'its library links are missing';
  if (complaint === undefined) return installed.root;
  for (const home of homes) {
    const copy = copyPath(home, installed);
    try {
      await mkdir(home, { recursive: true, mode: 0o755 });
      if (!(await mayReach(account, home))) continue;
      await makeCopy(installed.root, copy);
    } catch (error) {
      complaint = error instanceof Error ? error.message : String(error);
      continue;
    }
    complaint = await whyNotRunnable(copy, account);
    if (complaint === undefined) return copy;
  }
  throw new KmsError(
    'invalid-setting',
    `The embedded PostgreSQL cannot be run from ${installed.root}: ${complaint}. ` +
      'Install it where its user may run programs, or set KEYSTEAD_DATABASE_URL to an external PostgreSQL.',
  );
}

function copyPath(home: string, installed: Binaries): string {
  return join(home, `postgresql-${installed.version}`);
}

async function whyNotRunnable(root: string, account: ServerAccount | undefined): Promise<string | undefined> {
  const { code, output } = await runAs(account, programPath(root, 'postgres'), ['--version']);
  return code === 0 ? undefined : output || `it ended with code ${code}`;
}

/** The copy appears under its name only when it is whole; a copy that others could have written is not taken. */
async function makeCopy(from: string, to: string): Promise<void> {
  const found = await lstat(to).catch(() => undefined);
  if (found !== undefined) {
    const safe = found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
    if (safe) return;
    throw new Error(`${to} exists and does not belong to Keystead alone`);
  }
  const draft = await mkdtemp(join(dirname(to), '.postgresql-'));
  try {
    await cp(from, draft, { recursive: true, verbatimSymlinks: true });
    await linkCopy(draft);
    await chmod(draft, 0o755);
    await rename(draft, to);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}
