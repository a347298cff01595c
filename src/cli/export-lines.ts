import type { AuditRecord } from '../client/client.js';
import { ocsfEvent } from './ocsf-event.js';

export const EXPORT_FORMATS = ['jsonl', 'csv', 'ocsf'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const COLUMNS = [
  'index',
  'at',
  'id',
  'caller',
  'callerName',
  'credential',
  'door',
  'source',
  'operation',
  'resource',
  'keyring',
  'key',
  'version',
  'outcome',
  'code',
  'requestId',
  'node',
  'durationUs',
  'detail',
] as const;

/** The records as lines of text, each ended. */
export async function* exportLines(
  records: AsyncIterable<AuditRecord>,
  format: ExportFormat,
): AsyncGenerator<Buffer, void> {
  if (format === 'csv') yield Buffer.from(`${COLUMNS.join(',')}\r\n`);
  for await (const record of records) yield Buffer.from(LINES[format](record));
}

const LINES: Readonly<Record<ExportFormat, (record: AuditRecord) => string>> = {
  jsonl: (record) => `${JSON.stringify(record)}\n`,
  ocsf: (record) => `${JSON.stringify(ocsfEvent(record))}\n`,
  csv: (record) => `${COLUMNS.map((name) => csvField(record[name])).join(',')}\r\n`,
};

/** RFC 4180; what a spreadsheet would take for a formula is text behind an apostrophe. */
function csvField(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
