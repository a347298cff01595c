import type { AuditRecord } from '../audit/record.js';
import { KmsError, type ErrorCode } from '../errors.js';
import { INSTALL_SCOPE } from '../ledger/sealed-tables.js';
import { aboutKey } from './about-key.js';
import { claimApproval, NeedsApproval } from './approvals/claim-approval.js';
import { ApprovalRequired } from './approvals/approval-required.js';
import { requestApproval } from './approvals/request-approval.js';
import { NOBODY, requiredFor } from './approvals/required-approvals.js';
import type { Arrival } from './arrival.js';
import { askedFor } from './asked-for.js';
import { mustBeAllowed } from './authorise.js';
import type { Deps } from './deps.js';
import type { ChangeOperation, Commit, Resolved } from './operation.js';
import { announce, announceFailure } from './events/announce.js';
import { askedUnderKey, claimOn, repeatOf } from './idempotency.js';
import { isStale } from './is-stale.js';
import { asKmsError, recordOf, type Attempt } from './record.js';
import { Turns } from './turns.js';

const MAX_TRIES = 5;
/** The database may have committed all the same: to try again could do it twice. */
const OUTCOME_UNKNOWN: ReadonlySet<ErrorCode> = new Set(['database-unavailable', 'internal-error']);

export interface Changed<Output> {
  readonly output: Output;
  /** The answer to a repeat under an idempotency key: made before, without what is shown only once. */
  readonly replayed: boolean;
}

/** One try at it. */
interface Tried {
  /** Of the ledger, from before it was decided on. */
  readonly epoch: number;
  /** The change is made: whatever fails from here on, it must not be made again. */
  committed: boolean;
}

/** By key: whoever was overtaken by another change of the same key changes it in turn, and so do all who come after. */
const turns = new Turns();

/** Performs a change of state: the change, its record and its idempotency key commit together or not at all. */
export async function performChange<Input, R extends Resolved, Output>(
  deps: Deps,
  operation: ChangeOperation<Input, R, Output>,
  input: Input,
  arrival: Arrival,
): Promise<Changed<Output>> {
  const startedAt = performance.now();
  let leave: (() => void) | undefined;
  let decision = 1;
  try {
    for (let tries = 1; ; tries++) {
      const attempt: Attempt = { operation: operation.name, arrival, startedAt, decision };
      const tried: Tried = { epoch: deps.ledger.epoch, committed: false };
      let resolved: R | undefined;
      try {
        resolved = await operation.resolve(deps, input, arrival);
        const { access } = await deps.ledger.install();
        mustBeAllowed(access, arrival, resolved.needs, deps.clock.now());
        const { key } = resolved.subject;
        if (!leave && key !== undefined && turns.isTaken(key)) {
          leave = await turns.take(key);
          continue;
        }
        const changed = await repeatOrRun(deps, operation, resolved, input, attempt, tried);
        deps.meter.performed(operation.name, 'success', (performance.now() - attempt.startedAt) / 1000);
        return changed;
      } catch (thrown) {
        const error = aboutKey(deps, asKmsError(thrown), resolved?.snapshot);
        // Its record was written with the request.
        if (error instanceof ApprovalRequired && arrival.approval === undefined) {
          deps.meter.performed(operation.name, 'error', (performance.now() - attempt.startedAt) / 1000);
          throw error;
        }
        if (error.code === 'conflict' && tries < MAX_TRIES && !tried.committed) {
          const key = resolved?.subject.key;
          if (key !== undefined) leave ??= await turns.take(key);
          decision += 1;
          continue;
        }
        const refused = await writeDown(deps, attempt, input, resolved, error);
        const stale = await isStale(deps, tried.epoch, refused.scopes, refused.revisions).catch(async (unchecked) => {
          await writeDown(deps, { ...attempt, decision: decision + 1 }, input, resolved, asKmsError(unchecked));
          throw unchecked;
        });
        if (stale && tries < MAX_TRIES && !tried.committed && !OUTCOME_UNKNOWN.has(error.code)) {
          decision += 1;
          continue;
        }
        await announceFailure(deps, refused.record);
        throw error;
      }
    }
  } finally {
    leave?.();
  }
}

interface Refused {
  readonly record: AuditRecord;
  /** Whose revision decided. */
  readonly scopes: readonly string[];
  /** Theirs when the failure was on record. */
  readonly revisions: readonly number[];
}

async function writeDown(
  deps: Deps,
  attempt: Attempt,
  input: unknown,
  resolved: Resolved | undefined,
  error: KmsError,
): Promise<Refused> {
  const scopes = [INSTALL_SCOPE, ...(resolved?.scopes ?? [])];
  const subject = resolved?.subject ?? (await askedFor(deps, input));
  const { approval } = attempt.arrival;
  const record = recordOf(deps, attempt, subject, error, approval === undefined ? undefined : { approval });
  const revisions = await deps.journal.append(record, scopes);
  deps.meter.performed(attempt.operation, record.outcome, (performance.now() - attempt.startedAt) / 1000);
  if (error.code === 'integrity-failure') deps.meter.integrityFailure();
  return { record, scopes, revisions };
}

async function repeatOrRun<Input, R extends Resolved, Output>(
  deps: Deps,
  operation: ChangeOperation<Input, R, Output>,
  resolved: R,
  input: Input,
  attempt: Attempt,
  tried: Tried,
): Promise<Changed<Output>> {
  const asked = operation.repeat ? askedUnderKey(deps, input, attempt) : undefined;
  const repeat = async () => asked && repeatOf(deps, operation, resolved, input, attempt, asked, tried.epoch);
  const repeated = await repeat();
  if (repeated) return { ...repeated, replayed: true };
  const commit: Commit = async (scopes, work) => {
    const taken = attempt.arrival.approval === undefined ? scopes : [...new Set([...scopes, INSTALL_SCOPE])];
    const { output, guarded, approved } = await deps.ledger.change(taken, async (change) => {
      mustBeAllowed(change.install.access, attempt.arrival, resolved.needs, deps.clock.now());
      const answer = await work(change);
      const operations = [operation.name, ...resolved.needs.map(({ permission }) => permission)];
      const required = isOwnWork(attempt)
        ? NOBODY
        : requiredFor(change.install, operations, resolved.subject, answer.guarded);
      const approved = await claimApproval(deps, change, { attempt, resolved, input }, required, answer.guarded);
      if (asked) change.claim(claimOn(deps, asked, answer.resourceId ?? ''));
      const reason = answer.guarded ? { guarded: answer.guarded.reason } : {};
      const records = (answer.records ?? [answer]).map(({ subject = resolved.subject, detail }) =>
        recordOf(deps, attempt, subject, undefined, { ...detail, ...reason, ...approved }),
      );
      for (const record of records) change.record(record);
      await announce(deps, change, records);
      return { ...answer, approved: required.approvals.length > 0 };
    });
    tried.committed = true;
    if (guarded) deps.meter.guarded(operation.name, guarded.reason, approved);
    return output;
  };
  try {
    return { output: await operation.run(deps, resolved, input, commit, attempt.arrival), replayed: false };
  } catch (error) {
    if (error instanceof NeedsApproval) throw await requestApproval(deps, { attempt, resolved, input }, error);
    // Sent twice at the same time, what the first has just made stands in the way of the second: it is a repeat all the same.
    const first = tried.committed ? undefined : await repeat();
    if (first) return { ...first, replayed: true };
    throw error;
  }
}

/** What the schedule does was approved, where that is needed, when it was asked for: with the policy, with the destruction. */
function isOwnWork({ arrival }: Attempt): boolean {
  return arrival.caller.type === 'system';
}
