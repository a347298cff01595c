import type { KeyRow } from '../../keys/records.js';
import type { PolicyDocument } from '../../rotation/policy.js';
import type { PolicyRow, PolicyRows } from '../../rotation/records.js';

/** For what a policy would be set: one key, the keys with certain tags, else the keyring. */
export interface PolicyTarget {
  readonly key?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** The policies of a key as they would be, were this one set. Of those for the same tags it is the one that holds. */
export function rowsWithPolicy(
  { keyringId, id }: Pick<KeyRow, 'keyringId' | 'id'>,
  { own, keyring }: PolicyRows,
  document: PolicyDocument,
  { key, tags = {} }: PolicyTarget,
  now: number,
): PolicyRows {
  const setAt = new Date(now);
  const none = { keyringId, document: null, setAt, selectors: [], revision: 0 };
  if (key !== undefined) return { own: { ...none, target: id, document }, keyring };
  const row: PolicyRow = keyring ?? { ...none, target: 'keyring' };
  if (Object.keys(tags).length === 0) return { own, keyring: { ...row, document, setAt } };
  const selector = { name: '', tags, policy: document, setAt: setAt.toISOString() };
  return { own, keyring: { ...row, selectors: [selector, ...row.selectors] } };
}
