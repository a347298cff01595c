import type { KmsError } from '../errors.js';
import { uuidv7 } from '../keys/uuid.js';
import type { Deps } from './deps.js';
import { recordOf } from './record.js';
import { systemArrival } from './system-arrival.js';

type Own = 'service.start' | 'service.stop' | 'integrity.alarm';

/** Writes down what the service itself did or noticed. */
export async function noteOwn(deps: Deps, operation: Own, error?: KmsError, resource = 'install'): Promise<void> {
  const arrival = systemArrival('system:service', uuidv7());
  const attempt = { operation, arrival, startedAt: performance.now() };
  const detail = error ? { detail: error.detail } : undefined;
  await deps.journal.append(recordOf(deps, attempt, { resource }, error, detail), []);
}

/** What was changed from outside. An alarm that cannot be written down now is in the metric. Never rejects. */
export async function raiseAlarm(deps: Deps, failure: KmsError, resource?: string): Promise<void> {
  deps.meter.integrityFailure();
  await noteOwn(deps, 'integrity.alarm', failure, resource).catch(() => undefined);
}
