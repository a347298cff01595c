import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { call } from '../support/server.js';
import { until } from '../support/until.js';
import { checkDelivered, checkRequests, checkSearch, checkStreams, takeLog } from './check-log.js';
import { Cluster } from './cluster.js';
import { groupBy } from './group-by.js';
import { Load } from './load.js';

const NODES = 3;
/** KEYSTEAD_TEST_ROUNDS=20 for some minutes: in each round every disaster happens once. */
const ROUNDS = Number(process.env['KEYSTEAD_TEST_ROUNDS'] ?? 1);
/** Between two disasters so many calls are answered. */
const CALLS = 100;

jest.setTimeout(300_000 + ROUNDS * 300_000);

let cluster: Cluster;
let load: Load;
const checkpoints: string[] = [];

beforeAll(async () => {
  cluster = await Cluster.start(NODES);
});
afterAll(async () => {
  for (const node of cluster?.nodes ?? []) node.thaw();
  await load?.stop();
  await cluster?.remove();
});

/** Waits until so many more calls are answered. */
async function answered(more: number): Promise<void> {
  const wanted = load.acknowledged + more;
  while (load.acknowledged < wanted) await sleep(20);
}

async function keepCheckpoint(): Promise<void> {
  await until(async () => {
    const node = await cluster.anyNode();
    const answer = await call(node, cluster.tokens.auditor, 'GET', '/api/v1/audit/log/checkpoint').catch(
      () => undefined,
    );
    if (answer?.status === 200) checkpoints.push(answer.body);
    return answer?.status === 200;
  });
}

/** What a killed node had claimed to deliver is free for the others, as it is after half a minute. */
async function freeSinks(): Promise<void> {
  await cluster.sql('update audit_sink set claimed_until = now()');
}

const DISASTERS: Readonly<Record<string, () => Promise<void>>> = {
  async 'node killed'() {
    await (await cluster.anyNode()).kill();
    await freeSinks();
  },
  'PostgreSQL killed': () => cluster.killPostgres(),
  async 'leader killed'() {
    await (await cluster.freezeLeader()).kill();
    await freeSinks();
  },
  'PostgreSQL shut down at once': () => cluster.restartPostgres(),
  /** Another takes over; the first one comes back in the middle of a work that is not its own any more. */
  async 'leader frozen'() {
    const leader = await cluster.freezeLeader();
    const before = await cluster.ordered();
    await answered(CALLS);
    await until(async () => (await cluster.ordered()) > before);
    leader.thaw();
  },
};

it(`${NODES} nodes, killed and frozen, on a PostgreSQL that is killed: the log has every call that was answered exactly once`, async () => {
  const began = performance.now();
  load = await Load.start(cluster.nodes, cluster.tokens);
  for (let round = 0; round < ROUNDS; round++) {
    for (const strike of Object.values(DISASTERS)) {
      await answered(CALLS);
      await keepCheckpoint();
      await strike();
    }
  }
  await answered(CALLS);
  await load.stop();
  await Promise.all(cluster.nodes.map((node) => node.up()));
  const seconds = (performance.now() - began) / 1000;

  const entries = await takeLog(cluster, checkpoints);
  const writers = checkStreams(entries);
  await checkSearch(cluster, entries);
  const { missing, wrong, again } = checkRequests(entries, load.sent);
  expect([...missing, ...wrong]).toEqual([]);
  await freeSinks();
  const delivered = async () =>
    (await cluster.sql<{ delivered: string }>('select delivered from audit_sink')).map((row) => Number(row.delivered));
  await until(async () => ((await delivered())[0] ?? 0) >= entries.length);
  const deliveredAgain = await checkDelivered(cluster, entries);
  expect(cluster.nodes.flatMap(({ crashes }) => crashes)).toEqual([]);
  const alarms = cluster.nodes.flatMap(({ output }) => output.split('\n').filter((line) => ALARM.test(line)));
  expect(alarms).toEqual([]);
  const statuses = groupBy(load.sent, ({ status = 'lost' }) => String(status));
  console.log(
    `${ROUNDS} × (${Object.keys(DISASTERS).join(', ')}) in ${seconds.toFixed(0)} s: ${entries.length} records of ${writers} writers; ` +
      `${load.sent.length} calls (${[...statuses].map(([status, ones]) => `${status}: ${ones.length}`).join(', ')}), ` +
      `${again} decided again; ${deliveredAgain} records delivered again`,
  );
  expect([...statuses.keys()].filter((status) => !EXPECTED.has(status))).toEqual([]);
});

const EXPECTED = new Set(['200', '201', '204', '400', '403', '404', '409', '503', 'lost']);
const ALARM = /of stream [0-9a-f-]+ |not signed any further|integrity/;
