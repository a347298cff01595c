import { readFields, type EntryFields } from '../../audit/log/entry.js';
import { isUuid } from '../../keys/uuid.js';
import type { ColumnType } from './binary-types.js';
import type { Rows } from './write-rows.js';

/** An entry with its place in the log. */
export interface PlacedEntry {
  readonly index: number;
  readonly entry: Buffer;
  /** Of its bytes in its bundle. */
  readonly start: number;
}

/** What is searched of an entry. */
export interface SearchedRecord {
  readonly index: number;
  readonly at: Date;
  readonly columns: readonly unknown[];
}

type Column = readonly [name: string, type: ColumnType, value: (fields: EntryFields) => unknown, cast?: string];

const COLUMNS: readonly Column[] = [
  ['keyring', 'uuid', (record) => record.keyring],
  ['key', 'uuid', (record) => record.key],
  ['source_key', 'uuid', (record) => record.detail['sourceKeyId'] ?? null],
  ['request_id', 'uuid', (record) => (isUuid(record.requestId) ? record.requestId : null)],
  ['version', 'integer', (record) => record.version],
  ['caller', 'text', (record) => record.caller],
  ['operation', 'text', (record) => record.operation],
  ['outcome', 'text', (record) => record.outcome],
  ['door', 'text', (record) => record.door],
  ['source', 'text', (record) => record.source],
  ['context', 'text', (record) => arrayText(contextOf(record)), 'uuid[]'],
  ['data_key_versions', 'text', (record) => arrayText(dataKeyVersions(record)), 'integer[]'],
];

const names = ['index', 'start', 'length', 'at', ...COLUMNS.map(([name]) => name)].join(', ');
const select = ['index', 'start', 'length', 'at', ...COLUMNS.map(castOf)].join(', ');
const TYPES: readonly ColumnType[] = [
  'bigint',
  'integer',
  'integer',
  'timestamptz',
  ...COLUMNS.map(([, type]) => type),
];

function castOf([name, , , cast]: Column): string {
  return cast === undefined ? name : `${name}::${cast}`;
}

/** @throws TypeError, SyntaxError for what is no record */
export function readSearched({ index, start, entry }: PlacedEntry): SearchedRecord {
  const fields = readFields(entry);
  const at = new Date(fields.at);
  return { index, at, columns: [index, start, entry.length, at, ...COLUMNS.map(([, , value]) => value(fields))] };
}

export function rowsOf(searched: readonly SearchedRecord[]): Rows {
  const rows = searched.map(({ columns }) => columns);
  return { into: `audit_record (${names})`, types: TYPES, rows, select, names, conflict: 'on conflict do nothing' };
}

/** As a UUID of the same 16 bytes. @returns undefined for what is no hash of a value of a context */
export function contextUuid(hash: string): string | undefined {
  const bytes = Buffer.from(hash, 'base64url');
  return bytes.length === 16 ? bytes.toString('hex') : undefined;
}

function contextOf({ detail }: EntryFields): readonly string[] | undefined {
  const hashes = detail['contextHashes'] as readonly string[] | undefined;
  return hashes?.flatMap((hash) => contextUuid(hash) ?? []);
}

/** Of the versions of its key under which data keys were wrapped. */
function dataKeyVersions({ outcome, operation, version, detail }: EntryFields): readonly number[] | undefined {
  const wraps = operation === 'data-key' || operation === 'data-key-pair' || 'dataKeys' in detail;
  if (outcome !== 'success' || !wraps) return undefined;
  return version === null ? ((detail['versions'] ?? []) as readonly number[]) : [version];
}

function arrayText(values: readonly (string | number)[] | undefined): string | null {
  return values && values.length > 0 ? `{${values.join(',')}}` : null;
}
