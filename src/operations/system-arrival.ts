import type { SystemCallerId } from '../access/system-callers.js';
import type { Arrival } from './arrival.js';

/** The service itself. @param requestId of the call that made the work, or a new one */
export function systemArrival(id: SystemCallerId, requestId: string): Arrival {
  const caller = { id, name: id, type: 'system' } as const;
  return { caller, credentialId: null, strength: 'single', door: 'clock', source: null, requestId };
}
