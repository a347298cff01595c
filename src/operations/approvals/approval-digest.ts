import type { RequiredApproval } from '../../access/approval.js';
import type { Deps } from '../deps.js';
import type { Resolved } from '../operation.js';
import type { Attempt } from '../record.js';

/** A call as it reached its commit. */
export interface Asked {
  readonly attempt: Attempt;
  readonly resolved: Resolved;
  readonly input: unknown;
}

/**
 * What is approved, as a keyed digest: the operation, who asks, the resolved ids, the revisions of the rows that it was
 * decided on, the whole input, and whose approval it needs.
 */
export function approvalDigest(
  deps: Deps,
  { attempt, resolved, input }: Asked,
  required: readonly RequiredApproval[],
): Buffer {
  const { operation, arrival } = attempt;
  const { needs, subject, basis } = resolved;
  const revisions = basis.flatMap(revisionOf);
  const canonical = sortedJson({ needs, subject, revisions, input, required });
  return deps.secrets.digest('approval', operation, arrival.caller.id, canonical);
}

/** Of rows and keys; of policies it is a text already. A view of the whole install moves with everything, and says nothing of this call. */
function revisionOf(snapshot: unknown): readonly (string | readonly [id: string, revision: number])[] {
  if (typeof snapshot === 'string') return [snapshot];
  if (typeof snapshot !== 'object' || snapshot === null) return [];
  if ('key' in snapshot) return revisionOf(snapshot.key);
  if (!('id' in snapshot) || !('revision' in snapshot)) return [];
  return [[String(snapshot.id), Number(snapshot.revision)]];
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
