import { measureAccessCost } from './access-cost.js';
import { LoadGenerator } from './load/load-generator.js';
import { measure, medianOf, type Measurement } from './measure.js';
import type { BenchOptions } from './options.js';
import type { KeysteadTarget } from './targets/keystead-target.js';
import { startBare } from './targets/start-bare.js';
import { startEmbedded } from './targets/start-embedded.js';
import { startExternal } from './targets/start-external.js';
import type { Target } from './targets/target.js';
import { measureWarmKey, type WarmKeyCost } from './warm-key.js';
import { bareWorkloads, keysteadWorkloads, moreWorkloads, type Workloads } from './workloads.js';

const WARM_UP_SECONDS = 1;
const KINDS = ['encrypt', 'decrypt'] as const;

export interface Row {
  readonly target: string;
  readonly kind: string;
  readonly measured: Measurement;
}

export interface BenchResult {
  /** Of each target and kind, the median of the rounds. */
  readonly rows: readonly Row[];
  /** Batches and signatures, on the embedded database. */
  readonly more: readonly Row[];
  readonly warmKey: WarmKeyCost;
  /** Authentication by a token and authorisation, µs of CPU per request. */
  readonly accessUs: number;
  /** One line for each database. */
  readonly databases: readonly string[];
}

/** Measures all targets in turn, so that what else the machine does meets them alike. */
export async function runBench(
  options: BenchOptions,
  externalUrl: string | undefined,
  tell: (line: string) => void,
): Promise<BenchResult> {
  const generator = new LoadGenerator();
  const running: Target[] = [];
  const up = <T extends Target>(target: T): T => {
    running.push(target);
    return target;
  };
  try {
    const bare = up(await startBare());
    const embedded = up(await startEmbedded());
    const keysteads: KeysteadTarget[] = [embedded];
    if (externalUrl === undefined) tell('external PostgreSQL: skipped, KEYSTEAD_BENCH_DATABASE_URL is not set');
    else keysteads.push(up(await startExternal(externalUrl)));
    const targets: (readonly [Target, Workloads])[] = [[bare, await bareWorkloads(bare)]];
    for (const target of keysteads) targets.push([target, await keysteadWorkloads(target)]);
    const rows = await measureInTurn(generator, targets, options, tell);
    const more = await measureMore(generator, embedded, options, tell);
    return {
      rows,
      more,
      warmKey: await measureWarmKey(),
      accessUs: await measureAccessCost(),
      databases: keysteads.map(({ name, database }) => `${name}: ${database}`),
    };
  } finally {
    generator.stop();
    await Promise.all(running.map((target) => target.stop()));
  }
}

async function measureInTurn(
  generator: LoadGenerator,
  targets: readonly (readonly [Target, Workloads])[],
  { connections, seconds, rounds }: BenchOptions,
  tell: (line: string) => void,
): Promise<Row[]> {
  const measured = new Map<string, Measurement[]>();
  for (let round = 0; round <= rounds; round++) {
    for (const kind of KINDS) {
      for (const [target, workloads] of targets) {
        const isWarmUp = round === 0;
        const job = { connections, seconds: isWarmUp ? WARM_UP_SECONDS : seconds, requests: workloads[kind] };
        const one = await measure(generator, target, job);
        if (isWarmUp) continue;
        const at = `${target.name}/${kind}`;
        measured.set(at, [...(measured.get(at) ?? []), one]);
        tell(`round ${round}: ${kind}, ${target.name}: ${Math.round(one.requestsPerSecond)} requests/s`);
      }
    }
  }
  return KINDS.flatMap((kind) =>
    targets.map(([{ name }]) => ({ target: name, kind, measured: medianOf(measured.get(`${name}/${kind}`) ?? []) })),
  );
}

async function measureMore(
  generator: LoadGenerator,
  target: KeysteadTarget,
  { connections, seconds }: BenchOptions,
  tell: (line: string) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [kind, requests] of Object.entries(await moreWorkloads(target))) {
    const measured = await measure(generator, target, { connections, seconds, requests });
    tell(`${kind}: ${Math.round(measured.requestsPerSecond)} requests/s`);
    rows.push({ target: target.name, kind, measured });
  }
  return rows;
}
