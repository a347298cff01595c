import { mkdtemp, rm } from 'node:fs/promises';
import { NoTracer } from '../../src/tracer.js';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Issuers } from '../../src/access/issuers.js';
import { OidcIssuers } from '../../src/access/oidc/oidc-issuers.js';
import { LastUse } from '../../src/operations/last-use.js';
import { Limits, STANDARD_LIMITS } from '../../src/operations/limits/limits.js';
import { LoadedKeys } from '../../src/operations/loaded-keys.js';
import { KeyringSecrets } from '../../src/operations/keyring-secrets.js';
import { Meter } from '../../src/operations/meter.js';
import { createLocalRootKey } from '../../src/roots/local/create-local-root-key.js';
import { openRootKey } from '../../src/roots/providers.js';
import { foundBed, type TestBed } from './test-bed.js';
import { MemoryDueKeys, MemoryKeyUses } from './memory-rotation.js';
import { UsageCounter } from '../../src/operations/usage/usage-counter.js';
import { MemoryLog } from './memory-log.js';
import { MemoryJournal } from './memory-journal.js';
import { MemoryLedger } from './memory-ledger.js';
import {
  MemoryCounters,
  MemoryCredentialUses,
  MemoryImportTokens,
  MemoryInstallStore,
  MemoryLoginAttempts,
  MemoryMaintenance,
  MemoryMaterials,
  MemoryWrappings,
  TestClock,
} from './memory-stores.js';

export class SilentMeter extends Meter {
  override performed(): void {}
  override appended(): void {}
  override integrityFailure(): void {}
  override delivery(): void {}
  override guarded(): void {}
}

/** Everything that operations need, on the ledger in memory and a local root key in a temporary directory. */
export async function makeMemoryBed(
  issuers: Issuers = new OidcIssuers([]),
  limits = new Limits(STANDARD_LIMITS),
): Promise<TestBed> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keystead-operations-'));
  await createLocalRootKey(join(dataDir, 'root.key'));
  const root = await openRootKey('local:', { dataDir });
  const clock = new TestClock();
  const ledger = new MemoryLedger(clock);
  const secrets = new KeyringSecrets(() => [root], new MemoryWrappings(ledger), { provenForMs: 60_000, graceMs: 0 });
  const importTokens = new MemoryImportTokens();
  const deps = {
    ledger,
    journal: new MemoryJournal(ledger),
    log: new MemoryLog(ledger),
    clock,
    secrets,
    loaded: new LoadedKeys(secrets, 1000),
    importTokens,
    counters: new MemoryCounters(),
    materials: new MemoryMaterials(ledger, importTokens),
    maintenance: new MemoryMaintenance(ledger, importTokens),
    get root(): never {
      throw new Error('the bed in memory has no root ceremony');
    },
    rootPatienceMs: 600_000,
    meter: new SilentMeter(),
    tracer: new NoTracer(),
    limits,
    issuers,
    lastUse: new LastUse(new MemoryCredentialUses()),
    loginAttempts: new MemoryLoginAttempts(),
    sessionSeconds: 3600,
    dueKeys: new MemoryDueKeys(ledger),
    outbox: ledger.outbox,
    usage: new UsageCounter(new MemoryKeyUses(ledger)),
    engineClock: clock,
    monotonicNow: () => performance.now(),
    rotateSoon: () => undefined,
    node: 'test',
  };
  const dispose = async () => {
    await root.close();
    await rm(dataDir, { recursive: true });
  };
  return foundBed(deps, clock, new MemoryInstallStore(ledger), dispose);
}
