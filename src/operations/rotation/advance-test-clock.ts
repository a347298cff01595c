import { KmsError } from '../../errors.js';
import { parseDuration } from '../../rotation/duration.js';
import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import type { Kms } from '../kms.js';
import { runMaintenance, type MaintenanceReport } from '../maintenance.js';
import type { Resolved, UseOperation } from '../operation.js';
import type { TestClock } from './test-clock.js';

const MAX_MS = 3_650 * 86_400_000;

export interface AdvanceTestClockInput {
  /** `91d`, or ISO 8601. */
  readonly advance: string;
}

/** The clock, and how far it may be moved; it is moved once that is on record. */
const advance: UseOperation<AdvanceTestClockInput, Resolved, { readonly clock: TestClock; readonly ms: number }> = {
  name: 'test-clock.advance',

  resolve: async () => ({
    needs: [{ permission: 'test-clock.advance', resource: { kind: 'install' } }],
    subject: { resource: 'install' },
    scopes: [],
    basis: [],
  }),

  run(deps, _resolved, input) {
    const { testClock: clock } = deps;
    if (!clock) {
      throw new KmsError('unsupported-operation', 'the server runs without a test clock (KEYSTEAD_TEST_CLOCK=1)');
    }
    const ms = parseDuration(input.advance);
    if (ms === undefined || ms <= 0 || ms > MAX_MS) {
      throw new KmsError('invalid-request', 'advance: a duration such as "91d", at most 10 years');
    }
    return { output: { clock, ms }, detail: { advance: input.advance } };
  },
};

export interface TestClockAdvanced extends MaintenanceReport {
  /** By the engine's clock. */
  readonly now: Date;
}

/** Moves the engine's clock on and lets the schedule run once. @throws KmsError unsupported-operation without a test clock */
export async function advanceTestClock(
  kms: Kms,
  deps: Deps,
  input: AdvanceTestClockInput,
  arrival: Arrival,
): Promise<TestClockAdvanced> {
  const { clock, ms } = await kms.perform(advance, input, arrival);
  return clock.inTurn(async () => {
    clock.advance(ms);
    await deps.usage.flush();
    const report = await runMaintenance(kms, deps);
    return { now: new Date(deps.engineClock.now()), ...report };
  });
}
