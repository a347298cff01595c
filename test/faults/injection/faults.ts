import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isKeysteadError, KeysteadClient } from '../../../src/client/client.js';
import { until } from '../../support/until.js';
import { SmallDisk } from './small-disk.js';
import type { Stage } from './stage.js';

const LASTS_MS = 10_000;
const DISK_FULL_MS = 3000;
const SKEW_MS = 600_000;

/** One kind of fault. `inject` returns when it is over, but for what the service needs to recover; with the reason when the machine cannot have it. */
export interface Fault {
  readonly name: string;
  readonly inject: (stage: Stage, random: () => number) => Promise<string | undefined | void>;
  /** In every round of a long run; else once. */
  readonly repeats?: boolean;
  /** Not in a short run. */
  readonly onlyLong?: boolean;
}

const seconds = (ms: number) => `${ms / 1000} s`;

export const FAULTS: readonly Fault[] = [
  { name: 'clock of a node 10 min ahead', onlyLong: true, inject: (stage) => skew(stage, SKEW_MS) },
  {
    name: 'node killed (-9)',
    repeats: true,
    inject: ({ cluster }, random) => oneOf(cluster.nodes, random).kill(),
  },
  {
    name: 'PostgreSQL restarted',
    repeats: true,
    inject: ({ cluster }) => cluster.restartPostgres('SIGINT'),
  },
  {
    name: 'PostgreSQL killed (-9)',
    repeats: true,
    onlyLong: true,
    inject: ({ cluster }) => cluster.killPostgres(),
  },
  {
    name: 'connections to PostgreSQL reset',
    repeats: true,
    async inject({ cluster }) {
      for (const relay of cluster.relays) relay.cut();
    },
  },
  {
    name: 'connections of clients reset',
    repeats: true,
    async inject({ balancer }) {
      balancer.cut();
    },
  },
  {
    name: `PostgreSQL frozen for ${seconds(LASTS_MS)}`,
    repeats: true,
    async inject({ cluster }) {
      await cluster.freezePostgres();
      try {
        await sleep(LASTS_MS);
      } finally {
        await cluster.thawPostgres();
      }
    },
  },
  {
    name: `a node's connections to PostgreSQL silent, for ${seconds(LASTS_MS)} new ones too`,
    repeats: true,
    onlyLong: true,
    async inject({ cluster }, random) {
      const relay = oneOf(cluster.relays, random);
      relay.silence();
      await sleep(LASTS_MS);
      relay.speak();
    },
  },
  { name: `disk of the audit log full for ${seconds(DISK_FULL_MS)}`, repeats: true, inject: fillDisk },
  { name: 'clock of a node 10 min behind', onlyLong: true, inject: (stage) => skew(stage, -SKEW_MS) },
];

function oneOf<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** From when the first record was refused. */
async function fillDisk({ cluster, disk, observed }: Stage): Promise<string | undefined> {
  disk.mounted ??= await SmallDisk.mount(cluster);
  if (typeof disk.mounted === 'string') return disk.mounted;
  const { mounted } = disk;
  const from = observed.sent.length;
  try {
    await until(async () => {
      // What the tables had left over is used up, too.
      await mounted.fill();
      return observed.sent.slice(from).some(({ status }) => status === 503);
    }, 100);
    await sleep(DISK_FULL_MS);
  } finally {
    await mounted.free();
  }
  return undefined;
}

/** One node is started again under another clock, and stays so. What ends by the clock of the database ends there at that time too, and not earlier. */
async function skew({ cluster, observed }: Stage, ms: number): Promise<void> {
  const node = cluster.nodes.at(-1);
  if (!node) return;
  const clock = `--import=${resolve('test/support/skewed-clock.js')}`;
  await node.replace({ env: { NODE_OPTIONS: clock, TEST_CLOCK_SKEW_MS: String(ms) } });
  const admin = new KeysteadClient({ url: node.url, token: cluster.tokens.admin });
  const make = (expiresIn: number) => admin.tokens.create('test-crypto-user', { expiresIn });
  const [valid, ended] = [await make(SKEW_MS / 2000), await make(1)];
  await sleep(1500);
  const isTaken = (token: string) =>
    new KeysteadClient({ url: node.url, token }).whoami().then(
      () => true,
      (error: unknown) => !isKeysteadError(error, 'unauthenticated'),
    );
  if (!(await isTaken(valid.token))) observed.wrong.add(`a token that is valid is refused under a clock ${ms} ms off`);
  if (await isTaken(ended.token)) observed.wrong.add(`a token that has ended is taken under a clock ${ms} ms off`);
}
