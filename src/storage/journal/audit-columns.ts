import type { AuditRecord } from '../../audit/record.js';

/** Property → column and type of audit_record: what `json_to_recordset` reads, in the order of the insert. */
const COLUMNS: readonly (readonly [property: keyof AuditRecord, column: string, type: string])[] = [
  ['id', 'id', 'uuid'],
  ['at', 'at', 'timestamptz'],
  ['caller', 'caller', 'text'],
  ['callerName', 'caller_name', 'text'],
  ['credential', 'credential', 'text'],
  ['door', 'door', 'text'],
  ['source', 'source', 'text'],
  ['operation', 'operation', 'text'],
  ['resource', 'resource', 'text'],
  ['keyring', 'keyring', 'uuid'],
  ['key', 'key', 'uuid'],
  ['version', 'version', 'integer'],
  ['outcome', 'outcome', 'text'],
  ['code', 'code', 'text'],
  ['requestId', 'request_id', 'text'],
  ['node', 'node', 'text'],
  ['durationUs', 'duration_us', 'integer'],
  ['detail', 'detail', 'jsonb'],
];

const columns = COLUMNS.map(([, column]) => column).join(', ');
const properties = COLUMNS.map(([property]) => `"${property}"`).join(', ');
const shape = COLUMNS.map(([property, , type]) => `"${property}" ${type}`).join(', ');

/**
 * $1 the batch as a JSON array, $2 the scopes asked for. A record that is there already (an append repeated after a lost
 * answer) is left alone. The scopes' revisions are those of the statement's snapshot: whatever committed before it is in.
 */
export const APPEND_SQL = `with appended as (
    insert into audit_record (${columns}) select ${properties} from json_to_recordset($1::json) as r(${shape})
    on conflict (id) do nothing)
  select scope_id as "scopeId", revision from head where scope_id = any($2::uuid[])`;
