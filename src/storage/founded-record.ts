import type { AuditRecord } from '../audit/record.js';
import { uuidv7 } from '../keys/uuid.js';

/** That this database was set up, with the rows that were made then. */
export function foundedRecord(now: number, node: string): AuditRecord {
  const who = { caller: 'system:service', callerName: null, credential: null, door: 'system', source: null };
  const what = { operation: 'install.found', resource: 'install', keyring: null, key: null, version: null };
  const how = { outcome: 'success', code: null, node, durationUs: 0, detail: {} } as const;
  return { id: uuidv7(), at: new Date(now), ...who, ...what, ...how, requestId: uuidv7() };
}
