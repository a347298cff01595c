import { KmsError } from '../../errors.js';
import { endProcess } from './end-process.js';
import { identifyProcess } from './identify-process.js';
import { disownPostmasterPid, readPostmasterPid } from './postmaster-pid.js';
import type { ServerAccount } from './server-account.js';

/**
 * Stops the PostgreSQL that a killed Keystead left running on this PGDATA, so that the next one is our child, with its
 * log and its end in our hands. Call only under the data directory's lock. A pid in postmaster.pid that is not such a
 * server is left alone.
 *
 * @returns the orphan's process id, undefined when there was none
 * @throws KmsError conflict when a PostgreSQL that Keystead did not start uses the PGDATA
 */
export async function clearOrphan(pgdata: string, account: ServerAccount | undefined): Promise<number | undefined> {
  const claim = await readPostmasterPid(pgdata);
  const identify = (pid: number) => identifyProcess(pid, pgdata);
  const found = claim === undefined ? undefined : await identify(claim.pid);
  if (claim === undefined || found === undefined || found.kind === 'unrelated') {
    await disownPostmasterPid(pgdata, account);
    return undefined;
  }
  if (found.kind === 'foreign-postgres') {
    throw new KmsError(
      'conflict',
      `A PostgreSQL that Keystead did not start (process ${claim.pid}, ${found.program}) uses ${pgdata}: stop it first.`,
    );
  }
  await endProcess(claim.pid, async () => (await identify(claim.pid)).kind === 'ours');
  return claim.pid;
}
