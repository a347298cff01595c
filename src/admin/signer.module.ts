import { resolve } from 'node:path';
import { Global, Module } from '@nestjs/common';
import { KeptCheckpoint } from '../audit/log/kept-checkpoint.js';
import { LogSigner } from '../audit/log/log-signer.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { Database } from '../storage/database.js';
import { CheckpointFile } from './checkpoint-file.js';
import { openLogSigner } from './open-log-signer.js';

/** What speaks for the audit log, and what it said last: both outside the database. */
@Global()
@Module({
  providers: [
    { provide: LogSigner, useFactory: openSigner, inject: [CONFIG, Database] },
    {
      provide: KeptCheckpoint,
      useFactory: (config: Config) => new CheckpointFile(`${signerPath(config)}.checkpoint`),
      inject: [CONFIG],
    },
  ],
  exports: [LogSigner, KeptCheckpoint],
})
export class SignerModule {}

async function openSigner(config: Config, { reads }: Database): Promise<LogSigner> {
  return openLogSigner(signerPath(config), async () => {
    const [found] = await reads.query<{ used: boolean }[]>('select exists (select from audit_stream) as used');
    return found?.used === false;
  });
}

function signerPath({ KEYSTEAD_AUDIT_SIGNER: path, KEYSTEAD_DATA_DIR: dataDir }: Config): string {
  return resolve(dataDir, path ?? 'audit-signer.json');
}
