import type { SystemCallerId } from '../access/permissions.js';
import type { Arrival } from './arrival.js';

/** The service itself. @param requestId of the call that made the work, or a new one */
export function systemArrival(id: SystemCallerId, requestId: string): Arrival {
  return { caller: { id, name: id, type: 'system' }, credentialId: null, door: 'clock', source: null, requestId };
}
