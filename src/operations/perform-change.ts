import { KmsError, type ErrorCode } from '../errors.js';
import { INSTALL_SCOPE } from '../ledger/sealed-tables.js';
import type { Arrival } from './arrival.js';
import { askedFor } from './asked-for.js';
import { mustBeAllowed } from './authorise.js';
import type { Deps } from './deps.js';
import type { ChangeOperation, Commit, Resolved } from './operation.js';
import { asKmsError, recordOf, type Attempt } from './record.js';

const MAX_TRIES = 5;
/** The database may have committed all the same: to try again could do it twice. */
const OUTCOME_UNKNOWN: ReadonlySet<ErrorCode> = new Set(['database-unavailable', 'internal-error']);

export interface Changed<Output> {
  readonly output: Output;
  /** The answer to a repeat under an idempotency key: made before, without what is shown only once. */
  readonly replayed: boolean;
}

/** Performs a change of state: the change, its record and its idempotency key commit together or not at all. */
export async function performChange<Input, R extends Resolved, Output>(
  deps: Deps,
  operation: ChangeOperation<Input, R, Output>,
  input: Input,
  arrival: Arrival,
): Promise<Changed<Output>> {
  const attempt: Attempt = { operation: operation.name, arrival, startedAt: performance.now() };
  for (let tries = 1; ; tries++) {
    let resolved: R | undefined;
    try {
      resolved = await operation.resolve(deps, input, arrival);
      const { access } = await deps.ledger.install();
      mustBeAllowed(access, arrival, resolved.needs, deps.clock.now());
      const changed = await repeatOrRun(deps, operation, resolved, input, attempt);
      deps.meter.performed(operation.name, 'success', (performance.now() - attempt.startedAt) / 1000);
      return changed;
    } catch (thrown) {
      const error = asKmsError(thrown);
      if (error.code === 'conflict' && tries < MAX_TRIES) continue;
      if (await mayBeStale(deps, attempt, input, resolved, error, tries)) continue;
      throw error;
    }
  }
}

/** Writes the failure down; true if it was decided on a state that is no longer the newest. */
async function mayBeStale(
  deps: Deps,
  attempt: Attempt,
  input: unknown,
  resolved: Resolved | undefined,
  error: KmsError,
  tries: number,
): Promise<boolean> {
  const scopes = [INSTALL_SCOPE, ...(resolved?.scopes ?? [])];
  const subject = resolved?.subject ?? (await askedFor(deps, input));
  const record = recordOf(deps, attempt, subject, error, undefined);
  const revisions = await deps.journal.append(record, scopes);
  deps.meter.performed(attempt.operation, record.outcome, (performance.now() - attempt.startedAt) / 1000);
  if (error.code === 'integrity-failure') deps.meter.integrityFailure();
  const behind = scopes.filter((scope, index) => deps.ledger.isBehind(scope, revisions[index] ?? 0));
  for (const scope of behind) await deps.ledger.refresh(scope);
  return behind.length > 0 && tries < MAX_TRIES && !OUTCOME_UNKNOWN.has(error.code);
}

async function repeatOrRun<Input, R extends Resolved, Output>(
  deps: Deps,
  operation: ChangeOperation<Input, R, Output>,
  resolved: R,
  input: Input,
  attempt: Attempt,
): Promise<Changed<Output>> {
  const { arrival } = attempt;
  const claim =
    arrival.idempotencyKey === undefined || !operation.repeat
      ? undefined
      : claimOf(deps, operation.name, input, arrival);
  const repeated = claim && (await repeat(deps, operation, resolved, input, attempt, claim));
  if (repeated) return repeated;
  const commit: Commit = (scopes, work) =>
    deps.ledger.change(scopes, async (change) => {
      mustBeAllowed(change.install.access, arrival, resolved.needs, deps.clock.now());
      const answer = await work(change);
      if (claim) change.claim({ ...claim, resourceId: answer.resourceId ?? '' });
      change.record(recordOf(deps, attempt, answer.subject ?? resolved.subject, undefined, answer.detail));
      return answer.output;
    });
  try {
    return { output: await operation.run(deps, resolved, input, commit, arrival), replayed: false };
  } catch (error) {
    // Sent twice at the same time, what the first has just made stands in the way of the second: it is a repeat all the same.
    const first = claim && (await repeat(deps, operation, resolved, input, attempt, claim));
    if (first) return first;
    throw error;
  }
}

type Claim = ReturnType<typeof claimOf>;

/** @returns undefined where nothing was made under the idempotency key. @throws KmsError idempotency-mismatch */
async function repeat<Input, R extends Resolved, Output>(
  deps: Deps,
  operation: ChangeOperation<Input, R, Output>,
  resolved: R,
  input: Input,
  attempt: Attempt,
  claim: Claim,
): Promise<Changed<Output> | undefined> {
  const made = await deps.ledger.findClaim(claim.callerId, claim.operation, claim.key);
  if (!made || !operation.repeat) return undefined;
  if (!made.bodyDigest.equals(claim.bodyDigest)) {
    throw new KmsError('idempotency-mismatch', 'this Idempotency-Key was used with another request; take a new one');
  }
  const output = await operation.repeat(deps, resolved, made.resourceId, input);
  await deps.journal.append(recordOf(deps, attempt, resolved.subject, undefined, { replayed: true }), []);
  return { output, replayed: true };
}

function claimOf(deps: Deps, operation: string, input: unknown, arrival: Arrival) {
  return {
    callerId: arrival.caller.id,
    operation,
    key: deps.secrets.digest('idempotency-key', arrival.idempotencyKey ?? ''),
    bodyDigest: deps.secrets.digest('idempotency-body', JSON.stringify(input)),
  };
}
