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
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The bytes of a record in the log, for ever: canonical JSON in UTF-8, with the field names of the HTTP API. A detail too long for an entry
 * is left out for its SHA-256, but for the revisions (`heads`).
 */
export function encodeEntry(record: AuditRecord, place: StreamPlace): Buffer {
  const entry = Buffer.from(textOf(record, record.detail, place));
  if (entry.length <= MAX_ENTRY_BYTES) return entry;
  const { heads } = record.detail;
  const detail = {
    ...(heads === undefined ? {} : { heads }),
    omittedSha256: hash('sha256', canonicalJson(record.detail), 'hex'),
  };
  return Buffer.from(textOf(record, detail, place));
}

/** The fields one by one, in the order of RFC 8785: a caller's object may carry more than the record, and sorting each would cost the most. */
function textOf(record: AuditRecord, detail: AuditRecord['detail'], { stream, seq }: StreamPlace): string {
  const { at, caller, callerName, code, credential, door, durationUs, id, key, keyring } = record;
  const { node, operation, outcome, requestId, resource, source, version } = record;
  return (
    `{"at":"${at.toISOString()}","caller":${canonicalJson(caller)},"callerName":${canonicalJson(callerName)},` +
    `"code":${canonicalJson(code)},"credential":${canonicalJson(credential)},"detail":${canonicalJson(detail)},` +
    `"door":${canonicalJson(door)},"durationUs":${durationUs},"id":${canonicalJson(id)},"key":${canonicalJson(key)},` +
    `"keyring":${canonicalJson(keyring)},"node":${canonicalJson(node)},"operation":${canonicalJson(operation)},` +
    `"outcome":"${outcome}","requestId":${canonicalJson(requestId)},"resource":${canonicalJson(resource)},"seq":${seq},` +
    `"source":${canonicalJson(source)},"stream":"${stream}","v":${FORMAT},"version":${version}}`
  );
}

/** An entry as its JSON says it. */
export type EntryFields = Omit<LogEntry, 'at'> & { readonly at: string; readonly v: number };

/** @throws SyntaxError, TypeError for what `encodeEntry` did not make */
export function readFields(entry: Uint8Array): EntryFields {
  const fields = JSON.parse(utf8.decode(entry)) as EntryFields;
  if (fields.v !== FORMAT) throw new TypeError(`an entry of format ${String(fields.v)} is not known here`);
  return fields;
}

/** @throws SyntaxError, TypeError for what `encodeEntry` did not make */
export function decodeEntry(entry: Uint8Array): LogEntry {
  const { v: _v, at, ...fields } = readFields(entry);
  return { ...fields, at: new Date(at) };
}
