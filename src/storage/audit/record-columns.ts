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

/** $1: the records as a JSON array, each with its `index` in the log. */
export const PROJECT_SQL = `insert into audit_record (index, ${columns})
  select index, ${properties} from json_to_recordset($1::json) as r(index bigint, ${shape}) on conflict do nothing`;
