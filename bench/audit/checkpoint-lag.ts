import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { LoadGenerator } from '../load/load-generator.js';
import { startEmbedded } from '../targets/start-embedded.js';
import { keysteadWorkloads } from '../workloads.js';
import { percentile } from './percentile.js';

/** About 1,000 requests a second, where the machine is quick enough. */
const MODERATE = { connections: 50, pauseMs: 45 } as const;
const WARM_UP_SECONDS = 3;
const LAST_CHECKPOINT_MS = 5000;

export interface CheckpointLag {
  readonly requestsPerSecond: number;
  /** Records that committed together. */
  readonly batch: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
  /** Between two checkpoints. */
  readonly betweenMs: number;
}

/** How long after its record committed, with which the answer leaves, a signed checkpoint covers it. */
export async function measureCheckpointLag(
  connections: number,
  seconds: number,
): Promise<{ readonly moderate: CheckpointLag; readonly full: CheckpointLag }> {
  const target = await startEmbedded();
  const generator = new LoadGenerator();
  const database = new Client({ connectionString: target.databaseUrl });
  try {
    await database.connect();
    const requests = (await keysteadWorkloads(target)).encrypt;
    const under = async (load: { readonly connections: number; readonly pauseMs?: number }) => {
      const job = { port: target.port, requests, ...load };
      await generator.run({ ...job, seconds: WARM_UP_SECONDS });
      const since = new Date();
      const { answered, seconds: took } = await generator.run({ ...job, seconds });
      const until = new Date();
      await sleep(LAST_CHECKPOINT_MS);
      return { ...(await lagBetween(database, since, until)), requestsPerSecond: answered / took };
    };
    return { moderate: await under(MODERATE), full: await under({ connections }) };
  } finally {
    generator.stop();
    await database.end();
    await target.stop();
  }
}

/** By the database's clock: a batch has the time of its insert, a checkpoint that of its own, after it was signed. */
async function lagBetween(
  database: Client,
  since: Date,
  until: Date,
): Promise<Omit<CheckpointLag, 'requestsPerSecond'>> {
  const batches = await database.query<{ end: string; count: number; at: Date }>(
    `select p.first + p.count as end, p.count, b.committed_at as at from audit_position p join audit_batch b using (arrival)
       where b.committed_at >= $1 and b.committed_at < $2 order by p.first`,
    [since, until],
  );
  const checkpoints = await database.query<{ size: string; at: Date }>(
    'select size, signed_at as at from audit_checkpoint where signed_at >= $1 order by size',
    [since],
  );
  const lags: number[] = [];
  let next = 0;
  for (const { end, count, at } of batches.rows) {
    while (Number(checkpoints.rows[next]?.size ?? Infinity) < Number(end)) next += 1;
    const covered = checkpoints.rows[next];
    if (!covered) throw new Error(`no checkpoint covers record ${Number(end) - 1}`);
    for (let record = 0; record < count; record++) lags.push(covered.at.getTime() - at.getTime());
  }
  const times = checkpoints.rows.map(({ at }) => at.getTime());
  return {
    batch: lags.length / batches.rows.length,
    p50Ms: percentile(lags, 0.5),
    p99Ms: percentile(lags, 0.99),
    worstMs: percentile(lags, 1),
    betweenMs: percentile(
      times.slice(1).map((time, at) => time - (times[at] ?? 0)),
      0.5,
    ),
  };
}
