import type { AuditRecord } from '../audit/record.js';
import type { KmsError } from '../errors.js';
import { uuidv7 } from '../keys/uuid.js';
import type { Deps } from './deps.js';
import { recordOf } from './record.js';
import { systemArrival } from './system-arrival.js';

type Own = 'service.start' | 'service.stop' | 'integrity.alarm';

interface OwnNote {
  readonly error?: KmsError;
  /** Default: the install. */
  readonly resource?: string;
  readonly detail?: AuditRecord['detail'];
}

/** Writes down what the service itself did or noticed. */
export async function noteOwn(
  deps: Deps,
  operation: Own,
  { error, resource = 'install', detail }: OwnNote = {},
): Promise<void> {
  const arrival = systemArrival('system:service', uuidv7());
  const attempt = { operation, arrival, startedAt: performance.now() };
  const why = error ? { detail: error.detail } : detail;
  await deps.journal.append(recordOf(deps, attempt, { resource }, error, why), []);
}

/** What was changed from outside. An alarm that cannot be written down now is in the metric. Never rejects. */
export async function raiseAlarm(deps: Deps, failure: KmsError, resource?: string): Promise<void> {
  deps.meter.integrityFailure();
  await noteOwn(deps, 'integrity.alarm', { error: failure, ...(resource === undefined ? {} : { resource }) }).catch(
    () => undefined,
  );
}
