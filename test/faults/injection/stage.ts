import { setTimeout as sleep } from 'node:timers/promises';
import { checkRequests, checkSearch, checkStreams, takeLog } from '../check-log.js';
import { Cluster, type ClusterOptions } from '../cluster.js';
import { Balancer } from './balancer.js';
import { checkWrites } from './check-writes.js';
import type { Observed } from './observed.js';
import { SmallDisk } from './small-disk.js';
import { Workload } from './workload.js';

const NODES = 3;
/** So many operations are acknowledged before a fault, and after it. */
const BETWEEN = 100;
const PATIENCE_MS = 300_000;
/** What a node says when the log or a row is not as it was left. */
const ALARM = /of stream [0-9a-f-]+ |not signed any further|integrity/;

/** Three nodes behind a balancer, a PostgreSQL behind a relay each, and clients at work. */
export class Stage {
  readonly disk: { mounted?: SmallDisk | string } = {};

  private constructor(
    readonly cluster: Cluster,
    readonly balancer: Balancer,
    readonly workload: Workload,
    readonly observed: Observed,
  ) {}

  static async start(observed: Observed, options: Pick<ClusterOptions, 'program'> = {}): Promise<Stage> {
    const cluster = await Cluster.start(NODES, { ...options, relayed: true });
    const balancer = await Balancer.start(cluster.nodes);
    const workload = new Workload(cluster, balancer, observed);
    await workload.start();
    return new Stage(cluster, balancer, workload, observed);
  }

  /** Until every node has said that it is ready, every client that waits has been answered, and they go on. @throws Error when that takes minutes */
  async settled(): Promise<void> {
    const { balancer, observed } = this;
    const wanted = observed.acknowledged + BETWEEN;
    const began = performance.now();
    for (;;) {
      const away = balancer.notReadySince(began);
      const waiting = began - (observed.waitingSince ?? began);
      const missing = wanted - observed.acknowledged;
      if (away.length === 0 && waiting <= 0 && missing <= 0) return;
      await sleep(50);
      if (performance.now() < began + PATIENCE_MS) continue;
      const facts = [
        `not ready: ${away.map(({ name }) => name).join(', ') || 'none'}`,
        `operations to go: ${Math.max(0, missing)}`,
        `a client waits since before: ${waiting > 0}`,
      ];
      const printed = away.map(({ name, output }) => `${name}: ${output.slice(-2000)}`);
      throw new Error([`after ${PATIENCE_MS / 1000} s it is not as before`, ...facts, ...printed].join('\n'));
    }
  }

  /** Ends the work, and looks whether everything is there. */
  async check(): Promise<void> {
    await this.workload.stop();
    const { cluster, observed } = this;
    await checkWrites(this.workload, observed);
    for (const crash of cluster.nodes.flatMap(({ crashes }) => crashes)) observed.wrong.add(crash);
    const lines = cluster.nodes.flatMap(({ output }) => output.split('\n'));
    for (const line of lines) if (ALARM.test(line)) observed.wrong.add(line);
    try {
      const entries = await takeLog(cluster, []);
      checkStreams(entries);
      await checkSearch(cluster, entries);
      const { missing, wrong } = checkRequests(entries, observed.sent);
      for (const one of missing) observed.lost.add(`not in the audit log: ${one}`);
      for (const one of wrong) observed.wrong.add(`in the audit log: ${one}`);
    } catch (error) {
      observed.wrong.add(`the audit log: ${String(error)}`);
    }
  }

  /** Whatever the clients are at. */
  async remove(): Promise<void> {
    this.observed.abandon();
    await this.workload.stop();
    await this.balancer.stop();
    await this.cluster.stop();
    if (this.disk.mounted instanceof SmallDisk) await this.disk.mounted.unmount();
    await this.cluster.remove();
  }
}
