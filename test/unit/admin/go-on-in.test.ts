import { access, mkdir, mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { enterNextEpoch, makeNextSigner, signerIn, type LogFiles } from '../../../src/admin/log-epoch-files.js';
import { createLogSigner } from '../../../src/admin/create-log-signer.js';
import { goOnIn } from '../../../src/admin/restore-backup.js';
import type { RestoreReport } from '../../../src/admin/restore-into.js';
import { KmsError } from '../../../src/errors.js';
import { codeOf } from '../../support/code-of.js';

let directory: string;
let files: LogFiles;
/** The database goes over to the key of the next epoch … */
let inDatabase: string | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keystead-epoch-'));
  files = { signer: join(directory, 'audit-signer.json'), checkpoint: join(directory, 'audit-checkpoint') };
  inDatabase = undefined;
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** @param then … and then this happens */
async function restore(then: () => Promise<unknown>): Promise<RestoreReport> {
  const { verifierKey: before } = await createLogSigner(join(directory, 'of-the-backup.json'));
  return goOnIn(
    files,
    async ({ signer }) => {
      const next = await signer({ size: 0, root: Buffer.alloc(32), verifierKey: before }, undefined);
      inDatabase = next.verifierKey;
      await then();
      return { verifierKey: next.verifierKey } as RestoreReport;
    },
    undefined,
  );
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

it('keeps the key of a restore whose commit nobody answered', async () => {
  expect(await codeOf(restore(() => Promise.reject(new KmsError('database-unavailable', 'gone'))))).toBe(
    'database-unavailable',
  );
  await enterNextEpoch(files, inDatabase);
  expect((await signerIn(files))?.verifierKey).toBe(inDatabase);
});

it('keeps the key that the database goes on with where it cannot be put in its place', async () => {
  // It is in the way of the file.
  await expect(restore(() => mkdir(files.signer))).rejects.toThrow();
  await rmdir(files.signer);
  await enterNextEpoch(files, inDatabase);
  expect((await signerIn(files))?.verifierKey).toBe(inDatabase);
});

it('throws away the key of a restore that was refused', async () => {
  expect(await codeOf(restore(() => Promise.reject(new KmsError('invalid-backup', 'no'))))).toBe('invalid-backup');
  expect(await isThere(`${files.signer}.next`)).toBe(false);
});

it('says so where the key cannot be made', async () => {
  await writeFile(join(directory, 'file'), '');
  const made = makeNextSigner({ ...files, signer: join(directory, 'file', 'audit-signer.json') }, 'keystead/x/audit/2');
  expect(await codeOf(made)).toBe('invalid-setting');
});
