import { readFile } from 'node:fs/promises';
import { Global, Module } from '@nestjs/common';
import { KeptCheckpoint } from '../audit/log/kept-checkpoint.js';
import { LogSigner } from '../audit/log/log-signer.js';
import { WitnessPolicy } from '../audit/verifier/witness-policy.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { KmsError } from '../errors.js';
import { Database } from '../storage/database.js';
import { CheckpointFile } from './checkpoint-file.js';
import { enterNextEpoch, logFiles } from './log-epoch-files.js';
import { openLogSigner } from './open-log-signer.js';

/** What speaks for the audit log, and what it said last: both outside the database. */
@Global()
@Module({
  providers: [
    { provide: LogSigner, useFactory: openSigner, inject: [CONFIG, Database] },
    {
      provide: KeptCheckpoint,
      useFactory: (config: Config) => new CheckpointFile(logFiles(config).checkpoint),
      inject: [CONFIG],
    },
    { provide: WitnessPolicy, useFactory: openWitnessPolicy, inject: [CONFIG] },
  ],
  exports: [LogSigner, KeptCheckpoint, WitnessPolicy],
})
export class SignerModule {}

/**
 * An epoch of the log has one key: what another key signs is not in it.
 * @throws KmsError invalid-setting
 */
async function openSigner(config: Config, { reads }: Database): Promise<LogSigner> {
  const files = logFiles(config);
  const path = files.signer;
  const known = async () => {
    const [row] = await reads.query<{ key: string }[]>(
      'select verifier_key as key from audit_origin order by id desc limit 1',
    );
    return row?.key;
  };
  await enterNextEpoch(files, await known());
  const signer = await openLogSigner(path, async () => (await known()) === undefined);
  const claim = 'insert into audit_origin (id, verifier_key) values (1, $1) on conflict do nothing';
  await reads.query(claim, [signer.verifierKey]);
  if ((await known()) === signer.verifierKey) return signer;
  throw new KmsError(
    'invalid-setting',
    `KEYSTEAD_AUDIT_SIGNER: the key in ${path} is not the one of this database's audit log: give every node the same file`,
  );
}

/** @throws KmsError invalid-setting */
async function openWitnessPolicy({ KEYSTEAD_AUDIT_WITNESSES: path }: Config): Promise<WitnessPolicy> {
  if (path === undefined) return WitnessPolicy.none;
  try {
    const policy = WitnessPolicy.read(await readFile(path, 'utf8'));
    if (policy.witnesses.some(({ url }) => url !== undefined)) return policy;
    throw new Error('no witness in it has a URL');
  } catch (error) {
    throw new KmsError('invalid-setting', `KEYSTEAD_AUDIT_WITNESSES: the file ${path}: ${(error as Error).message}`);
  }
}
