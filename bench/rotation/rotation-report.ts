import type { LoadResult } from '../load/job.js';
import { measureIdleTick, type IdleTick } from './idle-tick.js';
import { measureMassRotation, type MassRotation } from './mass-rotation.js';
import { measureRevocations, type Revocations } from './revocation.js';
import { RotationStand } from './rotation-stand.js';

const SCHEDULED = 1_000_000;
const REVOCATIONS = 100;
const TRAFFIC_SECONDS = 10;

export interface RotationResult {
  readonly mass: MassRotation;
  readonly idle: IdleTick;
  readonly revocations: Revocations;
}

/** The policy engine, and revocation. @param keys that are due at once */
export async function measureRotation(keys: number, tell: (line: string) => void): Promise<RotationResult> {
  const stand = await RotationStand.start();
  try {
    const mass = await measureMassRotation(stand, keys, TRAFFIC_SECONDS);
    tell(`${keys} keys rotated in ${mass.seconds.toFixed(1)} s`);
    const idle = await measureIdleTick(stand, SCHEDULED);
    const revocations = await measureRevocations(REVOCATIONS);
    return { mass, idle, revocations };
  } finally {
    await stand.stop();
  }
}

/** Markdown. */
export function rotationSection({ mass, idle, revocations }: RotationResult): string {
  const { keys, seconds, quiet, rotating, secondsUnderTraffic } = mass;
  const rate = (over: number) => (keys / over).toFixed(0);
  return `## Policies and revocation

Server and schedule in one process, on the embedded PostgreSQL, under the test clock. The keys are of the default spec and in
one keyring; each rotation is decided again, sealed and audited in its transaction.

- ${keys} keys due at once: **${rate(seconds)} rotated per second**; the last was ${seconds.toFixed(1)} s late.
- Encrypting under 64 of these keys, 16 connections with 50 ms between an answer and the next request:
  - quiet: ${latencies(quiet)}
  - while all keys are rotated: ${latencies(rotating)}; ${rotating.refused} of ${rotating.answered} requests refused;
    ${rate(secondsUnderTraffic)} keys rotated per second, the traffic of 10 s included.
- A tick with ${idle.rows} keys in the schedule of which none is due: ${idle.claimMs.toFixed(1)} ms to find that out,
  ${idle.tickMs.toFixed(1)} ms with all the rest of the maintenance (medians).
- ${revocations.count} versions revoked with three processes under load on one PostgreSQL, from the call until every node answered
  \`version-revoked\`: p50 ${revocations.p50Ms.toFixed(0)} ms, **p99 ${revocations.p99Ms.toFixed(0)} ms**;
  from the call's answer on: p99 ${revocations.afterAnswerP99Ms.toFixed(1)} ms.`;
}

function latencies({ p50Us, p99Us, answered, seconds }: LoadResult): string {
  return `p50 ${(p50Us / 1000).toFixed(1)} ms, p99 ${(p99Us / 1000).toFixed(1)} ms, ${(answered / seconds).toFixed(0)} requests/s`;
}
