import type { LoadGenerator } from './load/load-generator.js';
import type { LoadJob } from './load/job.js';
import { cpuTimeOf } from './process-times.js';
import type { Target } from './targets/target.js';

export interface Measurement {
  readonly requestsPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** µs of CPU per request, by part of the target. */
  readonly cpuUs: Readonly<Record<string, number>>;
  /** Of the load generator: µs per request, and its share of one core. */
  readonly generatorUs: number;
  readonly generatorShare: number;
}

/** Puts one target under load. @throws Error if any request was refused */
export async function measure(
  generator: LoadGenerator,
  target: Target,
  job: Omit<LoadJob, 'port'>,
): Promise<Measurement> {
  const before = await cpuTimes(target);
  const result = await generator.run({ ...job, port: target.port });
  const after = await cpuTimes(target);
  if (result.refused > 0) throw new Error(`${target.name} refused ${result.refused} requests:\n${result.firstRefusal}`);
  const { answered } = result;
  return {
    requestsPerSecond: answered / result.seconds,
    p50Us: result.p50Us,
    p99Us: result.p99Us,
    cpuUs: Object.fromEntries(after.map(([part, us], index) => [part, (us - (before[index]?.[1] ?? 0)) / answered])),
    generatorUs: result.cpuUs / answered,
    generatorShare: result.cpuUs / 1e6 / result.seconds,
  };
}

async function cpuTimes(target: Target): Promise<(readonly [part: string, us: number])[]> {
  return Promise.all(
    Object.entries(target.parts).map(async ([part, group]) => [part, await cpuTimeOf(group)] as const),
  );
}

/** The measurement in the middle by requests per second. */
export function medianOf(measurements: readonly Measurement[]): Measurement {
  const sorted = measurements.toSorted((a, b) => a.requestsPerSecond - b.requestsPerSecond);
  const median = sorted[Math.floor(sorted.length / 2)];
  if (!median) throw new Error('nothing was measured');
  return median;
}
