import type { AuditRecord } from '../../audit/record.js';
import { uuidv7 } from '../../keys/uuid.js';

/** What a restore did to whom. */
export function restoreRecord(
  { now, node, requestId }: { readonly now: number; readonly node: string; readonly requestId: string },
  subject: { readonly keyring?: string | null; readonly key?: string | null },
  detail: AuditRecord['detail'],
): AuditRecord {
  const { keyring = null, key = null } = subject;
  const resource = key !== null ? `key/${key}` : keyring !== null ? `keyring/${keyring}` : 'install';
  const who = { caller: 'system:service', callerName: null, credential: null, door: 'system', source: null };
  const how = { outcome: 'success', code: null, node, durationUs: 0, requestId } as const;
  return {
    id: uuidv7(),
    at: new Date(now),
    ...who,
    operation: 'backup.restore',
    resource,
    keyring,
    key,
    version: null,
    ...how,
    detail,
  };
}
