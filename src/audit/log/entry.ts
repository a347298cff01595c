import { hash } from 'node:crypto';
import type { AuditRecord } from '../record.js';
import { MAX_ENTRY_BYTES } from './bundle.js';
import { canonicalJson } from './canonical-json.js';

/** Where a record stands among those of the process that wrote it: a missing one leaves a gap. */
export interface StreamPlace {
  /** UUID of one writer in one run of one process. */
  readonly stream: string;
  /** From 1, without gaps. */
  readonly seq: number;
}

export type LogEntry = AuditRecord & StreamPlace;

const FORMAT = 1;

/**
 * The bytes of a record in the log, for ever: canonical JSON in UTF-8, with the field names of the HTTP API. A detail too long for an entry
 * is left out for its SHA-256, but for the revisions (`heads`).
 */
export function encodeEntry(record: AuditRecord, { stream, seq }: StreamPlace): Buffer {
  const fields = { ...fieldsOf(record), stream, seq, v: FORMAT };
  const entry = Buffer.from(canonicalJson(fields));
  if (entry.length <= MAX_ENTRY_BYTES) return entry;
  const { heads } = record.detail;
  const detail = {
    ...(heads === undefined ? {} : { heads }),
    omittedSha256: hash('sha256', canonicalJson(record.detail), 'hex'),
  };
  return Buffer.from(canonicalJson({ ...fields, detail }));
}

/** @throws SyntaxError, TypeError for what `encodeEntry` did not make */
export function decodeEntry(entry: Uint8Array): LogEntry {
  const { v, at, ...fields } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(entry)) as LogEntry & {
    readonly v: number;
  };
  if (v !== FORMAT) throw new TypeError(`an entry of format ${String(v)} is not known here`);
  return { ...fields, at: new Date(at) };
}

/** The fields one by one: a caller's object may carry more than the record. */
function fieldsOf(record: AuditRecord): AuditRecord {
  const { id, at, caller, callerName, credential, door, source, operation, resource, keyring } = record;
  const { key, version, outcome, code, requestId, node, durationUs, detail } = record;
  const what = { operation, resource, keyring, key, version, outcome, code };
  return { id, at, caller, callerName, credential, door, source, ...what, requestId, node, durationUs, detail };
}
