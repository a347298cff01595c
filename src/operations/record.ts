import type { OperationName } from '../access/permissions.js';
import type { AuditOutcome, AuditRecord } from '../audit/record.js';
import { storable } from '../audit/storable.js';
import { isKmsError, KmsError } from '../errors.js';
import { uuidv7 } from '../keys/uuid.js';
import type { Arrival } from './arrival.js';
import type { Deps } from './deps.js';
import type { Subject } from './operation.js';

/** One attempt at one operation, from its beginning to its record. */
export interface Attempt {
  readonly operation: OperationName;
  readonly arrival: Arrival;
  /** `performance.now()` at the beginning. */
  readonly startedAt: number;
  /** Which decision on it this is, from 1: it is decided again when what decides it changed meanwhile. */
  readonly decision?: number;
}

/** What a record holds: more than half an hour is half an hour. */
const MAX_DURATION_US = 2 ** 31 - 1;

export function recordOf(
  deps: Deps,
  attempt: Attempt,
  subject: Subject,
  error: KmsError | undefined,
  detail: Readonly<Record<string, unknown>> | undefined,
): AuditRecord {
  const { arrival } = attempt;
  return {
    id: uuidv7(),
    at: new Date(deps.clock.now()),
    caller: arrival.caller.id,
    callerName: arrival.caller.name,
    credential: arrival.credentialId,
    door: arrival.door,
    source: arrival.source,
    operation: attempt.operation,
    resource: storable(subject.resource),
    keyring: subject.keyring ?? null,
    key: subject.key ?? null,
    version: subject.version ?? null,
    outcome: outcomeOf(error),
    code: error?.code ?? null,
    requestId: arrival.requestId,
    node: deps.node,
    durationUs: Math.min(MAX_DURATION_US, Math.round((performance.now() - attempt.startedAt) * 1000)),
    detail: storable({
      ...detail,
      ...(attempt.decision !== undefined && attempt.decision > 1 && { decision: attempt.decision }),
      ...(arrival.clientRequestId !== undefined && { clientRequestId: arrival.clientRequestId }),
      ...(subject.sourceKey !== undefined && { sourceKeyId: subject.sourceKey }),
      ...(deps.testClock?.isMoved && { testClock: true }),
    }),
  };
}

function outcomeOf(error: KmsError | undefined): AuditOutcome {
  if (!error) return 'success';
  return error.code === 'permission-denied' || error.code === 'unauthenticated' ? 'denied' : 'error';
}

export function asKmsError(error: unknown): KmsError {
  if (isKmsError(error)) return error;
  return new KmsError('internal-error', 'something went wrong inside the service; its log has the request id', error);
}
