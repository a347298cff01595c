import type { Deps } from './deps.js';

/**
 * Whether a decision was made on an older state than its record: then this node has caught up.
 * @param epoch     from before the decision: what moved since then may have moved after it and before the record
 * @param revisions of the scopes, when the record became durable
 */
export async function isStale(
  deps: Deps,
  epoch: number,
  scopes: readonly string[],
  revisions: readonly number[],
): Promise<boolean> {
  const behind = scopes.filter((scope, index) => deps.ledger.isBehind(scope, revisions[index] ?? 0));
  for (const scope of behind) await deps.ledger.refresh(scope);
  return behind.length > 0 || deps.ledger.epoch !== epoch;
}
