import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareDataDir } from '../src/admin/prepare-data-dir.js';
import { AppModule } from '../src/app.module.js';
import { readConfig } from '../src/config/config.js';
import { createHttpApp } from '../src/doors/http/create-http-app.js';
import { mustBeAllowed } from '../src/operations/authorise.js';
import { DEPS, type Deps } from '../src/operations/deps.js';
import { Kms } from '../src/operations/kms.js';
import { RootKeys } from '../src/roots/root-keys.js';
import { Database } from '../src/storage/database.js';
import { JsonLogger } from '../src/telemetry/json-logger.js';

const ROUNDS = 25;
const REQUESTS = 20_000;

/**
 * What it costs to know by its token who asks, and that he may encrypt with a key: the guards and the decision of
 * `perform`, in this process, on the real service. @returns µs of CPU per request, the median of the rounds
 */
export async function measureAccessCost(): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keystead-bench-'));
  const config = readConfig({ KEYSTEAD_DATA_DIR: dataDir });
  await prepareDataDir(config);
  const app = await createHttpApp(AppModule.of(config), { logger: new JsonLogger('error') });
  try {
    const text = await readFile(join(dataDir, 'tokens.env'), 'utf8');
    const token = /KEYSTEAD_APP_TOKEN='(.*)'/.exec(text)?.[1] ?? '';
    const ask = await asker(app.get(Kms), app.get<Deps>(DEPS), token);
    const costs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const before = process.cpuUsage();
      for (let request = 0; request < REQUESTS; request++) await ask();
      const { user, system } = process.cpuUsage(before);
      costs.push((user + system) / REQUESTS);
    }
    return costs.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
  } finally {
    await app.close();
    await app.get(RootKeys).close();
    await app.get(Database).stop();
    await rm(dataDir, { recursive: true });
  }
}

async function asker(kms: Kms, deps: Deps, token: string): Promise<() => Promise<void>> {
  const keyringId = (await deps.ledger.install()).keyringsByName.get('default')?.id ?? '';
  const resource = { kind: 'key', keyringId, keyId: 'bench', tags: {} } as const;
  return async () => {
    const presented = { kind: 'token', token } as const;
    const arrival = await kms.arrive({ door: 'rest', source: '127.0.0.1', requestId: 'bench', presented });
    if (!(await kms.mayAnywhere(arrival, 'encrypt'))) throw new Error('the gate is closed');
    const { access } = await deps.ledger.install();
    mustBeAllowed(access, arrival, [{ permission: 'encrypt', resource }], deps.clock.now());
  };
}
