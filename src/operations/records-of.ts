import type { AuditRecord } from '../audit/record.js';
import type { KmsError } from '../errors.js';
import type { Deps } from './deps.js';
import type { Subject } from './operation.js';
import { recordOf, type Attempt } from './record.js';

const LISTED_FAILURES = 32;

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
  const detail = {
    items: group.length,
    ...(group.length < batch ? { batch } : {}),
    failed: failures.length,
    failures: failures.slice(0, LISTED_FAILURES),
  };
  return recordOf(deps, attempt, subjectOfGroup(group), error, detail);
}

/** With the version only where all agree on it. */
function subjectOfGroup(group: readonly Numbered[]): Subject {
  const { version, ...subject } = group[0]?.subject ?? { resource: 'install' };
  const agree = version !== undefined && group.every((told) => told.subject.version === version);
  return agree ? { ...subject, version } : subject;
}
