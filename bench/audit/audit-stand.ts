import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { prepareDataDir } from '../../src/admin/prepare-data-dir.js';
import { AppModule } from '../../src/app.module.js';
import { Journal } from '../../src/audit/journal.js';
import { KeptCheckpoint } from '../../src/audit/log/kept-checkpoint.js';
import { LogSigner } from '../../src/audit/log/log-signer.js';
import type { AuditRecord } from '../../src/audit/record.js';
import { readConfig } from '../../src/config/config.js';
import { createHttpApp } from '../../src/doors/http/create-http-app.js';
import { RootKeys } from '../../src/roots/root-keys.js';
import { Checkpointer } from '../../src/storage/audit/checkpointer.js';
import { LogKeeper } from '../../src/storage/audit/log-keeper.js';
import { Projection } from '../../src/storage/audit/projection.js';
import { Sequencer } from '../../src/storage/audit/sequencer.js';
import { signFirst } from '../../src/storage/audit/sign-first.js';
import { AuditModule } from '../../src/storage/audit.module.js';
import { Database } from '../../src/storage/database.js';
import { JsonLogger } from '../../src/telemetry/json-logger.js';
import { KeysteadClient } from '../../src/client/client.js';

/** A Keystead in this process, on its embedded PostgreSQL, whose log is ordered, signed and searched when it is told to. */
export class AuditStand {
  private constructor(
    private readonly app: NestFastifyApplication,
    private readonly dataDir: string,
    readonly url: string,
    /** Of a caller that may read every record. */
    readonly auditor: string,
    /** As the service itself writes it: of an encryption with a context of two pairs. */
    readonly record: AuditRecord,
  ) {}

  static async start(): Promise<AuditStand> {
    const dataDir = await mkdtemp(join(tmpdir(), 'keystead-bench-'));
    const config = readConfig({ KEYSTEAD_DATA_DIR: dataDir });
    await prepareDataDir(config);
    const app = await createHttpApp(withoutKeeper(AppModule.of(config)), { logger: new JsonLogger('error') });
    await app.listen(0, '127.0.0.1');
    const url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
    const tokens = await readFile(join(dataDir, 'tokens.env'), 'utf8');
    const tokenOf = (name: string) => new RegExp(`KEYSTEAD_${name}_TOKEN='(.*)'`).exec(tokens)?.[1] ?? '';
    const { id } = await new KeysteadClient({ url, token: tokenOf('KEY_ADMIN') }).keys.create({});
    const context = { tenant: 'acme', object: 'invoice-2931' };
    await new KeysteadClient({ url, token: tokenOf('APP') }).encrypt(id, { plaintext: Buffer.from('x'), context });
    const [record] = await app.get(Journal).query({ operation: 'encrypt', limit: 1 });
    if (!record) throw new Error('the encryption is not on record');
    return new AuditStand(app, dataDir, url, tokenOf('AUDITOR'), record);
  }

  get journal(): Journal {
    return this.app.get(Journal);
  }

  get database(): Database {
    return this.app.get(Database);
  }

  get sequencer(): Sequencer {
    return this.app.get(Sequencer);
  }

  get projection(): Projection {
    return this.app.get(Projection);
  }

  get checkpointer(): Checkpointer {
    return this.app.get(Checkpointer);
  }

  /** Signs the log as it is, whoever wrote it. */
  async signAsItIs(): Promise<void> {
    await signFirst(this.database.changes, this.app.get(LogSigner), this.app.get(KeptCheckpoint));
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.app.get(RootKeys).close();
    await this.database.stop();
    await rm(this.dataDir, { recursive: true });
  }
}

function withoutKeeper(app: DynamicModule): DynamicModule {
  const keeper = { provide: LogKeeper, useValue: { start: () => undefined, stop: async () => undefined } };
  const audit: DynamicModule = { module: AuditModule, providers: [keeper] };
  return { ...app, imports: (app.imports ?? []).map((module) => (module === AuditModule ? audit : module)) };
}
