import { isKmsError, type KmsError } from '../../errors.js';
import type { VersionUse } from '../../keys/key-uses.js';
import type { GovernedKeyRows } from '../../ledger/ledger.js';
import type { DueAction } from '../../rotation/due-action.js';
import type { GovernedKey } from '../../rotation/governed-key.js';
import type { Policy } from '../../rotation/policy.js';
import { writeSource } from '../../rotation/resolve-policy.js';
import { dueActions } from '../../rotation/upcoming.js';
import type { Deps } from '../deps.js';
import { candidatesFor, governedBy, policyOf } from '../policies/policy-in-force.js';

/** A key with all that its policy is decided by. */
export interface Look extends GovernedKeyRows {
  readonly uses: ReadonlyMap<number, VersionUse>;
  /** Whether something failed the last time: then what people shall be told does not wait until it succeeds. */
  readonly isFailing?: boolean;
}

export interface Judged {
  /** What is to be done first; undefined: nothing now. */
  readonly action: DueAction | undefined;
  readonly governed: GovernedKey;
  readonly policy: Policy;
  /** Where the policy was set. */
  readonly source: string;
}

/** Of these keys those that are there; of one that does not verify, what is wrong. */
export async function lookAt(
  deps: Deps,
  keyringId: string,
  keyIds: readonly string[],
): Promise<ReadonlyMap<string, Look | KmsError>> {
  const found = await deps.ledger.findGoverned(keyringId, keyIds);
  const uses = await deps.usage.ofAll(keyIds);
  const looks = [...found].map(([keyId, rows]) => {
    return [keyId, isKmsError(rows) ? rows : { ...rows, uses: uses.get(keyId) ?? new Map() }] as const;
  });
  return new Map(looks);
}

/** What the policy in force makes of a key; undefined: none is in force. */
export function judge({ snapshot, rows, toldThrough, uses, isFailing }: Look, now: number): Judged | undefined {
  const [held] = candidatesFor(snapshot.key, rows);
  if (!held) return undefined;
  const policy = policyOf(held.policy.document);
  const governed = governedBy(snapshot, held.policy, uses, toldThrough);
  const due = dueActions(governed, policy, now);
  const action = (isFailing && due.find(({ kind }) => kind === 'tell')) || due[0];
  return { action, governed, policy, source: writeSource(held.source) };
}
