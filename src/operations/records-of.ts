import type { AuditRecord } from '../audit/record.js';
import type { KmsError } from '../errors.js';
import type { Deps } from './deps.js';
import type { Subject } from './operation.js';
import { recordOf, type Attempt } from './record.js';

const LISTED_FAILURES = 32;
const LISTED_NAMES = 32;

/** What became of one input, as far as the record is concerned. */
export interface Told {
  readonly subject: Subject;
  readonly error?: KmsError;
  readonly answer?: { readonly detail?: Readonly<Record<string, unknown>> };
}

interface Numbered extends Told {
  /** Its place in the batch. */
  readonly item: number;
}

/** One record for a single call; for a batch one for each key that it is about, so that no key's use hides behind another's. */
export function recordsOf(deps: Deps, attempt: Attempt, items: readonly Told[]): readonly AuditRecord[] {
  const [first] = items;
  if (items.length === 1 && first) return [recordOf(deps, attempt, first.subject, first.error, first.answer?.detail)];
  const groups = new Map<string, Numbered[]>();
  for (const [item, told] of items.entries()) {
    const { resource, sourceKey = '' } = told.subject;
    const group = groups.get(`${resource} ${sourceKey}`);
    if (group) group.push({ ...told, item });
    else groups.set(`${resource} ${sourceKey}`, [{ ...told, item }]);
  }
  return [...groups.values()].map((group) => recordOfGroup(deps, attempt, group, items.length));
}

function recordOfGroup(deps: Deps, attempt: Attempt, group: readonly Numbered[], batch: number): AuditRecord {
  const failures = group.flatMap(({ item, error }) => (error ? [{ item, code: error.code }] : []));
  const error = failures.length === group.length ? group[0]?.error : undefined;
  const versions = versionsIn(group);
  const detail = {
    items: group.length,
    ...(group.length < batch ? { batch } : {}),
    failed: failures.length,
    failures: failures.slice(0, LISTED_FAILURES),
    ...(versions.length > 1 ? { versions } : {}),
    ...sumOfDetails(attempt, group),
  };
  return recordOf(deps, attempt, subjectOfGroup(group, versions), error, detail);
}

/** Of the items, each once. */
function versionsIn(group: readonly Numbered[]): readonly number[] {
  const versions = group.flatMap(({ subject: { version } }) => (version === undefined ? [] : [version]));
  return [...new Set(versions)].toSorted((a, b) => a - b);
}

/** With the version only where all agree on it. */
function subjectOfGroup(group: readonly Numbered[], versions: readonly number[]): Subject {
  const { version, ...subject } = group[0]?.subject ?? { resource: 'install' };
  const agree = versions.length === 1 && group.every((told) => told.subject.version !== undefined);
  return agree && version !== undefined ? { ...subject, version } : subject;
}

/** What must not be lost of what single calls would have said: what is not authentic, and data keys with their contexts. */
function sumOfDetails({ operation }: Attempt, group: readonly Numbered[]): Readonly<Record<string, unknown>> {
  const done = group.filter(({ error }) => !error).map(({ answer }) => answer?.detail ?? {});
  const isIssuing = operation === 'data-key' || operation === 'data-key-pair';
  const dataKeys = isIssuing ? done.length : done.filter((detail) => 'dataKeys' in detail).length;
  const names = new Set(done.flatMap(({ context }) => (Array.isArray(context) ? (context as string[]) : [])));
  return {
    ...(done.some(({ authentic }) => authentic === false) ? { authentic: false } : {}),
    ...(dataKeys > 0 ? { dataKeys } : {}),
    ...(names.size > 0 ? { context: [...names].toSorted().slice(0, LISTED_NAMES) } : {}),
  };
}
