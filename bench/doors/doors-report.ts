import { LoadGenerator } from '../load/load-generator.js';
import { measure } from '../measure.js';
import type { BenchOptions } from '../options.js';
import { hashUs, QUIET_US } from '../reference.js';
import { table } from '../table.js';
import { startEmbedded } from '../targets/start-embedded.js';
import { doorWorkloads } from './door-workloads.js';

const WARM_UP_SECONDS = 1;
/** What a request may cost more through the AWS KMS door than through REST, in µs of the server's CPU. */
const BUDGET_US = 25;

/** µs of the server's CPU per request: the median of the rounds. */
export interface DoorCost {
  readonly kind: string;
  readonly restUs: number;
  readonly awsUs: number;
  /** For SHA-256 of 640 bytes, beside these rounds. */
  readonly hashUs: number;
}

/** The same operations through both doors, in turn. */
export async function measureDoors(
  { connections, seconds, rounds }: BenchOptions,
  tell: (line: string) => void,
): Promise<readonly DoorCost[]> {
  const generator = new LoadGenerator();
  const target = await startEmbedded();
  try {
    const costs: DoorCost[] = [];
    for (const { kind, rest, aws } of await doorWorkloads(target)) {
      const cost = async (requests: readonly string[], length: number) =>
        (await measure(generator, target, { connections, seconds: length, requests })).cpuUs['server'] ?? 0;
      for (const requests of [rest, aws]) await cost(requests, WARM_UP_SECONDS);
      const [restUs, awsUs, hashes]: [number[], number[], number[]] = [[], [], []];
      for (let round = 1; round <= rounds; round++) {
        hashes.push(hashUs());
        restUs.push(await cost(rest, seconds));
        awsUs.push(await cost(aws, seconds));
      }
      costs.push({ kind, restUs: median(restUs), awsUs: median(awsUs), hashUs: median(hashes) });
      tell(`${kind}: ${JSON.stringify(costs.at(-1))}`);
    }
    return costs;
  } finally {
    generator.stop();
    await target.stop();
  }
}

export function doorsSection(costs: readonly DoorCost[]): string {
  return [
    '## The AWS KMS door beside REST',
    `The same operations through both doors, embedded: a token and one binding there, Signature Version 4 here. At most ${BUDGET_US} µs more are wanted, where SHA-256 of 640 bytes takes ${QUIET_US} µs.`,
    table(
      ['', 'REST µs', 'AWS µs', 'more µs', 'SHA-256 µs', `more µs, at ${QUIET_US}`],
      costs.map(({ kind, restUs, awsUs, hashUs: hash }) => [
        kind,
        ...[restUs, awsUs, awsUs - restUs, hash, ((awsUs - restUs) * QUIET_US) / hash].map((us) => us.toFixed(1)),
      ]),
    ),
  ].join('\n\n');
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
