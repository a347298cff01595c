import { randomBytes } from 'node:crypto';
import { open, rename } from 'node:fs/promises';
import type { ServerAccount } from './server-account.js';

/**
 * Writes a file (mode 0600) that `account` owns, under a new name and then renamed: a reader sees all of it or the old
 * one, and root never writes through a link that another user has put there.
 */
export async function writeFor(account: ServerAccount | undefined, path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    if (account !== undefined) await file.chown(account.uid, account.gid);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
