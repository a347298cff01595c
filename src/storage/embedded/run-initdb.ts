import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KmsError } from '../../errors.js';
import { makeServerDirectory, pgdataArgument, type ClusterLayout } from './cluster-layout.js';
import { programPath } from './locate-binaries.js';
import { runAs } from './run-as.js';

/**
 * Makes the cluster on the first start: UTF-8, code point order (builtin provider, C.UTF-8), data checksums. It is made
 * beside PGDATA and renamed when it is whole, so that a kill in between leaves nothing half made.
 *
 * @param root    the binaries' directory
 * @param durable false for throwaway clusters: nothing is flushed to the disk
 * @throws KmsError invalid-setting when the cluster is of another major version or initdb fails
 */
export async function runInitdb(root: string, layout: ClusterLayout, durable: boolean): Promise<void> {
  const version = await readFile(join(layout.pgdata, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version !== undefined) return mustBeSameMajor(version.trim(), root, layout);
  const draft = `${layout.pgdata}.new`;
  await rm(draft, { recursive: true, force: true });
  await makeServerDirectory(draft, layout.account);
  const args = ['-D', layout.reachable ? draft : pgdataArgument(layout), '--username=postgres', '--encoding=UTF8'];
  args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--data-checksums');
  args.push('--auth-local=peer', '--auth-host=reject', '--no-instructions');
  if (!durable) args.push('--no-sync');
  const { code, output } = await runAs(layout.account, programPath(root, 'initdb'), args, draft);
  if (code !== 0) {
    await rm(draft, { recursive: true, force: true });
    throw new KmsError('invalid-setting', `The embedded PostgreSQL could not be set up in ${layout.home}: ${output}`);
  }
  await rename(draft, layout.pgdata);
  await syncDirectory(layout.home);
}

async function mustBeSameMajor(major: string, root: string, layout: ClusterLayout): Promise<void> {
  const { output } = await runAs(layout.account, programPath(root, 'postgres'), ['--version']);
  const ours = /(\d+)\.\d+/.exec(output)?.[1];
  if (ours === major) return;
  throw new KmsError(
    'invalid-setting',
    `The database in ${layout.pgdata} was made by PostgreSQL ${major}, and this release brings PostgreSQL ${ours}: ` +
      'back it up with the release that made it, then restore into a new data directory.',
  );
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
