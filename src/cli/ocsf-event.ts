import type { AuditRecord } from '../client/client.js';

/** OCSF 1.3, class API Activity: https://schema.ocsf.io/1.3.0/classes/api_activity */
const API_ACTIVITY = {
  category_uid: 6,
  category_name: 'Application Activity',
  class_uid: 6003,
  class_name: 'API Activity',
};
const ACTIVITIES = { other: 99, create: 1, read: 2, update: 3, delete: 4 } as const;
type Activity = keyof typeof ACTIVITIES;

const VERBS: readonly (readonly [Activity, RegExp])[] = [
  ['create', /\.(create|import|init|request)$/],
  ['read', /\.(describe|list|read|get|public|explain|who-can|simulate|usage)$|^whoami$/],
  ['update', /\.(update|rotate|enable|disable|set|retire|restore|approve|confirm|migrate|rewrap|renew|redeliver)$/],
  ['delete', /\.(delete|revoke|destroy|schedule-destruction)$/],
];

/** An audit record as an event that security tools know. Fields without a place there are in `unmapped`. */
export function ocsfEvent(record: AuditRecord): object {
  const activity = VERBS.find(([, verbs]) => verbs.test(record.operation))?.[0] ?? 'other';
  const failed = record.outcome !== 'success';
  const { index, id, requestId, at, callerName, caller, operation, resource, code } = record;
  const { source, credential, door, node, keyring, key, version, durationUs, detail } = record;
  return {
    ...API_ACTIVITY,
    activity_id: ACTIVITIES[activity],
    activity_name: activity,
    type_uid: API_ACTIVITY.class_uid * 100 + ACTIVITIES[activity],
    time: Date.parse(at),
    severity_id: failed ? 3 : 1,
    severity: failed ? 'Medium' : 'Informational',
    status_id: failed ? 2 : 1,
    status: failed ? 'Failure' : 'Success',
    ...(code ? { status_code: code, status_detail: record.outcome } : {}),
    metadata: {
      version: '1.3.0',
      product: { name: 'Keystead', vendor_name: 'Keystead' },
      uid: id,
      sequence: index,
      correlation_uid: requestId,
    },
    actor: { user: { uid: caller, name: callerName ?? caller, ...(credential ? { credential_uid: credential } : {}) } },
    src_endpoint: { ip: source ?? 'unknown' },
    api: { operation, request: { uid: requestId }, service: { name: `keystead/${String(door)}` } },
    resources: [{ uid: resource, type: resource.split('/')[0] }],
    unmapped: { node, keyring, key, version, durationUs, detail },
  };
}
