import type { OperationName } from '../../access/permissions.js';
import { isSameTags } from '../../keys/names.js';
import type { KeyRow } from '../../keys/records.js';
import type { PolicyDocument } from '../../rotation/policy.js';
import type { PolicyRows } from '../../rotation/records.js';
import { fallbacksOf } from '../../rotation/resolve-policy.js';
import type { Guarded } from '../guarded.js';
import { permissionsOfPolicy } from './permissions-of-policy.js';
import { candidatesFor, policyOf } from './policy-in-force.js';

/** Of a policy, or of none. */
type Document = PolicyDocument | null;

/** Keys for which a change puts one of the policies `to` in force, where one of `from` was. */
export interface PolicyMove {
  /** The keys that have all of them: of a keyring, those that may be meant. */
  readonly tags: Readonly<Record<string, string>>;
  readonly from: readonly Document[];
  readonly to: readonly Document[];
}

type Rules = Pick<NonNullable<PolicyRows['keyring']>, 'document' | 'selectors'>;
type Selector = Rules['selectors'][number];

/** What a change of a key's tags or of its own policy makes of the policy in force. */
export function movesOfKey(
  before: Pick<KeyRow, 'tags'>,
  rows: PolicyRows,
  after: Pick<KeyRow, 'tags'>,
  rowsAfter: PolicyRows,
): readonly PolicyMove[] {
  const [from, to] = [inForce(before, rows), inForce(after, rowsAfter)];
  return from === to ? [] : [{ tags: after.tags, from: [from], to: [to] }];
}

function inForce(key: Pick<KeyRow, 'tags'>, rows: PolicyRows): Document {
  return candidatesFor(key, rows)[0]?.policy.document ?? null;
}

/** What a change of a keyring's policies makes of those in force: for whatever keys there are, or may be. */
export function movesInKeyring(before: Rules, after: Rules): readonly PolicyMove[] {
  const standard: PolicyMove = { tags: {}, from: [before.document], to: [after.document] };
  const names = new Set([...before.selectors, ...after.selectors].map(({ name }) => name));
  const selectors = [...names].flatMap((name) => {
    const [was, is] = [before, after].map((rules) => rules.selectors.find((one) => one.name === name));
    if (was === is) return [];
    if (was && is && isSameTags(was.tags, is.tags)) return [{ tags: is.tags, from: [was.policy], to: [is.policy] }];
    return [
      ...(was ? [{ tags: was.tags, from: [was.policy], to: withoutSelector(was, after) }] : []),
      ...(is ? [{ tags: is.tags, from: withoutSelector(is, before), to: [is.policy] }] : []),
    ];
  });
  return before.document === after.document ? selectors : [standard, ...selectors];
}

function withoutSelector(selector: Selector, { document, selectors }: Rules): readonly Document[] {
  return [...fallbacksOf(selector, selectors).map(({ policy }) => policy), document];
}

/** What comes into force, whoever brings keys under it must be allowed to do: as if he had set it. */
export function permissionsOfMove({ to }: PolicyMove): readonly OperationName[] {
  return [...new Set(to.flatMap((document) => (document ? permissionsOfPolicy(policyOf(document)) : [])))];
}

/**
 * A policy whose `destroy.after` is shorter, or that has none, lets the next call destroy a version that is in use, which by itself
 * needs several people: so the way there needs them too. Whether a version is in use now does not matter, since who asks could wait
 * until nobody looks.
 */
export function guardedMoves(moves: readonly PolicyMove[], keyringId: string): Guarded | undefined {
  const isShorter = moves.some(({ from, to }) => Math.min(...to.map(quietOf)) < Math.max(...from.map(quietOf)));
  return isShorter ? { reason: 'version-in-use', places: [keyringId] } : undefined;
}

/** For so long nobody may have used a version that is destroyed. Milliseconds. */
export function quietOf(document: Document): number {
  return document ? (policyOf(document).destroy?.after ?? 0) : 0;
}
