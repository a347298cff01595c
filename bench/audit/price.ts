import { fileURLToPath } from 'node:url';
import { LoadGenerator } from '../load/load-generator.js';
import { measure, type Measurement } from '../measure.js';
import type { BenchOptions } from '../options.js';
import { hashUs } from '../reference.js';
import { startEmbedded } from '../targets/start-embedded.js';
import { keysteadWorkloads } from '../workloads.js';

const UNAUDITED = fileURLToPath(new URL('unaudited-server.js', import.meta.url));
const WARM_UP_SECONDS = 3;

/** The same requests to both, in turn. */
export interface Price {
  readonly audited: readonly Measurement[];
  readonly unaudited: readonly Measurement[];
  /** Beside each round: see reference.ts. */
  readonly hashUs: readonly number[];
}

/** What the log costs a request: the service beside one whose journal is replaced by nothing. */
export async function measurePrice(
  { connections, seconds, rounds }: BenchOptions,
  tell: (line: string) => void,
): Promise<Price> {
  const generator = new LoadGenerator();
  const audited = await startEmbedded();
  const unaudited = await startEmbedded({ program: UNAUDITED });
  try {
    const targets = [
      { target: audited, measured: [] as Measurement[], requests: (await keysteadWorkloads(audited)).encrypt },
      { target: unaudited, measured: [] as Measurement[], requests: (await keysteadWorkloads(unaudited)).encrypt },
    ] as const;
    for (const { target, requests } of targets) {
      await generator.run({ port: target.port, connections, seconds: WARM_UP_SECONDS, requests });
    }
    const hashes: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      hashes.push(hashUs());
      for (const { target, measured, requests } of targets) {
        measured.push(await measure(generator, target, { connections, seconds, requests }));
      }
      const [[one], [other]] = targets.map(({ measured }) => measured.slice(-1)) as [Measurement[], Measurement[]];
      tell(`round ${round}: audited ${said(one)}; not audited ${said(other)}; a hash ${hashes.at(-1)?.toFixed(2)} µs`);
    }
    const [{ measured: on }, { measured: off }] = targets;
    return { audited: on, unaudited: off, hashUs: hashes };
  } finally {
    generator.stop();
    await Promise.all([audited.stop(), unaudited.stop()]);
  }
}

function said(measurement: Measurement | undefined): string {
  const { server = 0, PostgreSQL = 0 } = measurement?.cpuUs ?? {};
  const rate = Math.round(measurement?.requestsPerSecond ?? 0);
  return `${rate} requests/s, ${server.toFixed(1)} + ${PostgreSQL.toFixed(1)} µs`;
}
