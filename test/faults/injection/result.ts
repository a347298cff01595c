import { percentile } from '../../../bench/audit/percentile.js';
import type { Observed, Span, Wait } from './observed.js';

/** A fault, with what the service needed to recover. */
export interface Injected extends Span {
  readonly name: string;
}

export interface FaultResult {
  readonly fault: string;
  readonly injected: number;
  /** The longest that a client waited for its acknowledgement meanwhile. */
  readonly longestGapMs: number;
  /** Why it was not injected. */
  readonly skipped?: string;
}

export interface Result {
  readonly seed: number;
  readonly seconds: number;
  /** The longest that the clients' own process had no time: no gap shorter than this is the service's. */
  readonly standstillMs: number;
  readonly faults: readonly FaultResult[];
  readonly acknowledged: number;
  readonly lost: number;
  readonly wrong: number;
  readonly longestGapMs: number;
  /** Its attempts. */
  readonly longestWait: string;
  readonly revocations: number;
  /** From a revocation's acknowledgement until every node had refused, where all nodes answered all the time. */
  readonly revocationP99Ms: number;
  /** The same of all revocations: a node that is away, or cannot answer, refuses once it is back. */
  readonly revocationP99WithNodesAwayMs: number;
  /** The first of what was lost or wrong. */
  readonly examples: readonly string[];
}

export const BETWEEN = 'none: between the faults';

export function resultOf(
  { seed, began, standstillMs }: { readonly seed: number; readonly began: number; readonly standstillMs: number },
  injected: readonly Injected[],
  skipped: ReadonlyMap<string, string>,
  all: readonly Observed[],
): Result {
  const sum = (count: (observed: Observed) => number) => all.reduce((total, observed) => total + count(observed), 0);
  const waits = all.flatMap((observed) => observed.waits);
  const faultOf = (wait: Wait) => {
    const met = injected.filter((fault) => overlap(fault, wait) > 0);
    return met.toSorted((a, b) => overlap(b, wait) - overlap(a, wait))[0]?.name ?? BETWEEN;
  };
  const longest = (fault: string) => Math.max(0, ...waits.filter((wait) => faultOf(wait) === fault).map(lengthOf));
  const longestWait = waits.toSorted((a, b) => lengthOf(b) - lengthOf(a))[0];
  const names = [...new Set(injected.map(({ name }) => name))];
  const faults = names.map((fault) => ({
    fault,
    injected: injected.filter(({ name }) => name === fault).length,
    longestGapMs: longest(fault),
  }));
  const revocations = all.flatMap((observed) => observed.revocations);
  const served = revocations.filter(({ allServed }) => allServed);
  const p99 = (some: typeof revocations) =>
    percentile(
      some.map(({ ms }) => ms),
      0.99,
    );
  return {
    seed,
    standstillMs,
    seconds: (performance.now() - began) / 1000,
    faults: [
      { fault: BETWEEN, injected: 0, longestGapMs: longest(BETWEEN) },
      ...faults,
      ...[...skipped].map(([fault, reason]) => ({ fault, injected: 0, longestGapMs: 0, skipped: reason })),
    ],
    acknowledged: sum(({ acknowledged }) => acknowledged),
    lost: sum(({ lost }) => lost.count),
    wrong: sum(({ wrong }) => wrong.count),
    longestGapMs: lengthOf(longestWait),
    longestWait: describe(longestWait),
    revocations: revocations.length,
    revocationP99Ms: p99(served),
    revocationP99WithNodesAwayMs: p99(revocations),
    examples: all.flatMap(({ lost, wrong }) => [
      ...lost.examples.map((one) => `lost: ${one}`),
      ...wrong.examples.map((one) => `wrong: ${one}`),
    ]),
  };
}

function overlap(a: Span, b: Span): number {
  return Math.min(a.to, b.to) - Math.max(a.from, b.from);
}

function lengthOf(wait: Wait | undefined): number {
  return wait ? wait.to - wait.from : 0;
}

function describe(wait: Wait | undefined): string {
  if (!wait) return '';
  return wait.attempts
    .map(({ kind, status = 'broken', ms = 0 }) => `${kind}: ${status} after ${ms.toFixed(0)} ms`)
    .join('; ');
}
