import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { prepareDataDir } from '../../src/admin/prepare-data-dir.js';
import { AppModule } from '../../src/app.module.js';
import { readConfig } from '../../src/config/config.js';
import { createHttpApp } from '../../src/doors/http/create-http-app.js';
import { uuidv7 } from '../../src/keys/uuid.js';
import { DEPS, type Deps } from '../../src/operations/deps.js';
import { generateVersion } from '../../src/operations/keys/generate-version.js';
import { Kms } from '../../src/operations/kms.js';
import { runMaintenance } from '../../src/operations/maintenance.js';
import { RootKeys } from '../../src/roots/root-keys.js';
import { Database } from '../../src/storage/database.js';
import { JsonLogger } from '../../src/telemetry/json-logger.js';

const MADE_AT_ONCE = 250;
const DAY = 86_400_000;
const PERIOD_DAYS = 90;

/** A Keystead in this process, on its embedded PostgreSQL and under the test clock: its schedule runs when it is told to. */
export class RotationStand {
  private constructor(
    private readonly app: NestFastifyApplication,
    private readonly dataDir: string,
    readonly port: number,
    /** Of a caller that may encrypt. */
    readonly token: string,
  ) {}

  static async start(): Promise<RotationStand> {
    const dataDir = await mkdtemp(join(tmpdir(), 'keystead-bench-'));
    const config = readConfig({ KEYSTEAD_DATA_DIR: dataDir, KEYSTEAD_TEST_CLOCK: '1' });
    await prepareDataDir(config);
    const app = await createHttpApp(AppModule.of(config), { logger: new JsonLogger('error') });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const tokens = await readFile(join(dataDir, 'tokens.env'), 'utf8');
    const token = /KEYSTEAD_APP_TOKEN='(.*)'/.exec(tokens)?.[1] ?? '';
    return new RotationStand(app, dataDir, port, token);
  }

  get kms(): Kms {
    return this.app.get(Kms);
  }

  get deps(): Deps {
    return this.app.get<Deps>(DEPS);
  }

  get database(): Database {
    return this.app.get(Database);
  }

  /** Keys of the default spec in the default keyring, whose policy is to rotate them every so many days. @returns their ids */
  async makeKeys(count: number): Promise<readonly string[]> {
    const { ledger, engineClock } = this.deps;
    const keyring = (await ledger.install()).keyringsByName.get('default');
    if (!keyring) throw new Error('the install has no default keyring');
    const now = new Date(engineClock.now());
    const made: string[] = [];
    while (made.length < count) {
      const keys = Array.from({ length: Math.min(MADE_AT_ONCE, count - made.length) }, () => newKey(keyring.id, now));
      const versions = await Promise.all(
        keys.map((key) => generateVersion(this.deps, key, 1, keyring.wrappingVersion)),
      );
      await ledger.change([keyring.id], async (change) => {
        for (const [index, key] of keys.entries()) change.putKey(key, versions.slice(index, index + 1));
      });
      made.push(...keys.map(({ id }) => id));
    }
    const document = { rotate: { every: `${PERIOD_DAYS}d` } };
    await ledger.change([keyring.id], async (change) =>
      change.put('policy', { keyringId: keyring.id, target: 'keyring', document, setAt: now, selectors: [] }),
    );
    return made;
  }

  /** Until the keys are due, all at once. */
  passPeriod(): void {
    this.deps.testClock?.advance(PERIOD_DAYS * DAY);
  }

  /** One run of the schedule, and whatever a run that goes by itself is at. @returns seconds until nothing was due */
  async schedule(): Promise<number> {
    const began = performance.now();
    await runMaintenance(this.kms, this.deps);
    while ((await this.#due()) > 0) await sleep(10);
    return (performance.now() - began) / 1000;
  }

  async #due(): Promise<number> {
    const now = new Date(this.deps.engineClock.now());
    const rows = await this.database.reads.query<{ count: string }[]>(
      'select count(*) from due_key where due_at <= $1',
      [now],
    );
    return Number(rows[0]?.count);
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.app.get(RootKeys).close();
    await this.database.stop();
    await rm(this.dataDir, { recursive: true });
  }
}

function newKey(keyringId: string, createdAt: Date) {
  const id = uuidv7();
  return {
    id,
    keyringId,
    name: null,
    description: '',
    spec: 'aes-256-xaes',
    usage: 'encrypt-decrypt',
    state: 'enabled',
    notBefore: null,
    destroyAt: null,
    exportable: false,
    origin: 'generated',
    published: false,
    tags: {},
    lineageId: id,
    primaryVersion: 1,
    createdAt,
    rotatedAt: null,
  } as const;
}
