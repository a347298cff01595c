import type { Measurement } from '../measure.js';
import type { BenchOptions } from '../options.js';
import { QUIET_US } from '../reference.js';
import { table } from '../table.js';
import { AuditStand } from './audit-stand.js';
import { measureCheckpointLag, type CheckpointLag } from './checkpoint-lag.js';
import { measureDisk, type Disk } from './disk.js';
import { fillLog } from './fill-log.js';
import { fillSearchIndex } from './fill-search-index.js';
import { percentile, type Latency } from './percentile.js';
import { measurePrice, type Price } from './price.js';
import { measureProofs } from './proof-latency.js';
import { measureQueries } from './query-latency.js';
import { measureWritePath, type Cost, type WritePath } from './write-path.js';

const WRITTEN = 60_000;

export interface AuditResult {
  readonly price: Price;
  readonly writePath: WritePath;
  readonly lag: Awaited<ReturnType<typeof measureCheckpointLag>>;
  readonly size: number;
  readonly searchable: number;
  readonly proofs: readonly Latency[];
  readonly queries: readonly Latency[];
  readonly disk: Disk;
}

/** The audit log. @param options.records in the log, @param options.searchable of them in the search index */
export async function measureAudit(options: BenchOptions, tell: (line: string) => void): Promise<AuditResult> {
  const { records, searchable, connections, seconds } = options;
  const price = await measurePrice(options, tell);
  const lag = await measureCheckpointLag(connections, Math.max(10, seconds));
  tell(`checkpoints: ${JSON.stringify(lag)}`);
  const stand = await AuditStand.start();
  try {
    const writePath = await measureWritePath(stand, WRITTEN, connections);
    const disk = await measureDisk(stand);
    tell(`write path: ${JSON.stringify(writePath)}; on disk: ${JSON.stringify(disk)}`);
    const size = await fillLog(stand, records, tell);
    const population = await fillSearchIndex(stand, searchable, tell);
    const proofs = await measureProofs(stand);
    tell(`proofs: ${JSON.stringify(proofs)}`);
    const queries = await measureQueries(stand, population);
    return { price, writePath, lag, size, searchable, proofs, queries, disk };
  } finally {
    await stand.stop();
  }
}

/** Markdown. */
export function auditSection(result: AuditResult, { connections, rounds, seconds }: BenchOptions): string {
  const { price, writePath, lag, size, searchable, proofs, queries, disk } = result;
  const { audited, unaudited } = price;
  const slowdown = percentile(price.hashUs, 0.5) / QUIET_US;
  return `## The price of the audit log

${connections} connections to one node on the embedded PostgreSQL, encryptions of 256 bytes with a context of two pairs; the medians of
${rounds} rounds of ${seconds} s, in turn with a build whose journal is replaced by nothing: no record is written, none ordered, none searched.

${table(
  ['', 'requests/s', 'p50 ms', 'p99 ms', 'server µs', 'PostgreSQL µs'],
  [
    ['audited', ...priceCells(audited)],
    ['journal replaced by nothing', ...priceCells(unaudited)],
    ['**price**', '', '', '', ...prices(price, 1)],
    [`price, at ${QUIET_US} µs for SHA-256 of 640 bytes`, '', '', '', ...prices(price, slowdown)],
  ],
)}

SHA-256 of 640 bytes took ${percentile(price.hashUs, 0.5).toFixed(2)} µs of CPU beside these rounds, and ${QUIET_US} µs where nothing else runs on the machine or its host. Under overload the
search index waits: its part of the price, below, is paid later.

Each step by itself, ${writePath.records} records in a tight loop, ${connections} in flight, ${writePath.batch.toFixed(0)} to a batch; µs of CPU per record:

${table(
  ['', 'Node', 'PostgreSQL', 'sum'],
  [
    ['append: what the answer waits for', ...costCells(writePath.append)],
    ['order: every record hashed anew, tree, bundles', ...costCells(writePath.order)],
    ['search index', ...costCells(writePath.searchIndex)],
  ],
)}

## How soon a checkpoint covers a record

From the commit of the record, with which the answer leaves, until a signed checkpoint that covers it is there.

${table(
  ['requests/s', 'records in a batch', 'p50 ms', 'p99 ms', 'worst ms', 'between checkpoints ms'],
  [lag.moderate, lag.full].map(lagCells),
)}

## Proofs from a log of ${size} records

Over HTTP, one after the other, by the client library; each request is authenticated, authorised and on record itself.
The log was filled by the sequencer's own statements, with small entries and without batches behind them.

${latencyTable(proofs)}

## Searching ${searchable} records

Pages of 50, in the same way; each request first brings the search index up to date. Its rows are of 30 days, 2,000 keys
and 200 callers of which one has 8 % and 17 %, and were put in by SQL.

${latencyTable(queries)}

## On disk

Of encryptions with a context of two pairs, ${writePath.records} of them:

${table(
  ['', 'bytes of a record'],
  [
    ['inbox: batches, before and after they are ordered', disk.inbox.toFixed(1)],
    ['bundles', disk.bundles.toFixed(1)],
    ['tiles', disk.tiles.toFixed(1)],
    ['search: the copy of the record', disk.records.toFixed(1)],
    ...Object.entries(disk.indexes).map(([name, bytes]) => [name, bytes.toFixed(1)]),
  ],
)}`;
}

function median(measurements: readonly Measurement[], of: (measurement: Measurement) => number): number {
  return percentile(measurements.map(of), 0.5);
}

function priceCells(measured: readonly Measurement[]): readonly string[] {
  return [
    median(measured, ({ requestsPerSecond }) => requestsPerSecond).toFixed(0),
    (median(measured, ({ p50Us }) => p50Us) / 1000).toFixed(2),
    (median(measured, ({ p99Us }) => p99Us) / 1000).toFixed(2),
    ...(['server', 'PostgreSQL'] as const).map((part) => median(measured, ({ cpuUs }) => cpuUs[part] ?? 0).toFixed(1)),
  ];
}

/** The medians of the rounds' differences: what else the machine does meets both of a round. */
function prices({ audited, unaudited }: Price, slowdown: number): readonly string[] {
  return (['server', 'PostgreSQL'] as const).map((part) => {
    const differences = audited.map(({ cpuUs }, round) => (cpuUs[part] ?? 0) - (unaudited[round]?.cpuUs[part] ?? 0));
    return (percentile(differences, 0.5) / slowdown).toFixed(1);
  });
}

function costCells({ node, PostgreSQL }: Cost): readonly string[] {
  return [node, PostgreSQL, node + PostgreSQL].map((us) => us.toFixed(1));
}

function lagCells({ requestsPerSecond, batch, p50Ms, p99Ms, worstMs, betweenMs }: CheckpointLag): readonly string[] {
  return [
    requestsPerSecond.toFixed(0),
    batch.toFixed(1),
    ...[p50Ms, p99Ms, worstMs, betweenMs].map((ms) => ms.toFixed(0)),
  ];
}

function latencyTable(latencies: readonly Latency[]): string {
  return table(
    ['', 'p50 ms', 'p99 ms'],
    latencies.map(({ name, p50Ms, p99Ms }) => [name, p50Ms.toFixed(1), p99Ms.toFixed(1)]),
  );
}
