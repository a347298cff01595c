import { KmsError } from '../../errors.js';
import type { VersionUse } from '../../keys/key-uses.js';
import type { KeyRow, KeySnapshot } from '../../keys/records.js';
import { integrityFailure } from '../../keys/row-seal.js';
import type { Change } from '../../ledger/ledger.js';
import { LONGEST_REST_MS, type NextLook } from '../../ledger/due-keys.js';
import { rotatesBySelf, type GovernedKey } from '../../rotation/governed-key.js';
import { parsePolicy } from '../../rotation/parse-policy.js';
import type { Policy, PolicyDocument } from '../../rotation/policy.js';
import type { PolicyRows } from '../../rotation/records.js';
import { explain, type Candidate } from '../../rotation/resolve-policy.js';
import { upcoming } from '../../rotation/upcoming.js';

/** A policy as it was set, and when. */
export interface SetPolicy {
  readonly document: PolicyDocument;
  /** Milliseconds since the epoch. */
  readonly setAt: number;
}

const parsed = new WeakMap<PolicyDocument, Policy>();

/** What a stored document says; read once for each row. */
export function policyOf(document: PolicyDocument): Policy {
  const known = parsed.get(document);
  if (known) return known;
  const policy = parsePolicy(document);
  parsed.set(document, policy);
  return policy;
}

/** The policies that could hold for a key, the one that does first. */
export function candidatesFor(
  { tags }: Pick<KeyRow, 'tags'>,
  { own, keyring }: PolicyRows,
): readonly Candidate<SetPolicy>[] {
  const selectors = (keyring?.selectors ?? []).map(({ name, tags: wanted, policy, setAt }) => ({
    name,
    tags: wanted,
    policy: { document: policy, setAt: Date.parse(setAt) },
  }));
  return explain(tags, setBy(own), { standard: setBy(keyring), selectors });
}

function setBy(row: PolicyRows['own']): SetPolicy | undefined {
  return row?.document ? { document: row.document, setAt: row.setAt.getTime() } : undefined;
}

/** What a decision by policies adds to its basis. */
export function policyBasis({ own, keyring }: PolicyRows): readonly string[] {
  return [own, keyring].flatMap((row) => (row ? [`policy/${row.target}@${row.revision}`] : []));
}

/** The rows in a change, as they were when it was decided on. @throws KmsError conflict, integrity-failure */
export async function mustBePolicies(
  change: Change,
  key: Pick<KeyRow, 'keyringId' | 'id'>,
  decided: PolicyRows,
): Promise<PolicyRows> {
  const rows = await policyRowsIn(change, key);
  const same = (['own', 'keyring'] as const).every((name) => rows[name]?.revision === decided[name]?.revision);
  if (!same) throw new KmsError('conflict', 'a policy that may hold for the key changed meanwhile; try again');
  return rows;
}

/** The rows as they are in a change. @throws KmsError integrity-failure */
export async function policyRowsIn(
  change: Change,
  { keyringId, id }: Pick<KeyRow, 'keyringId' | 'id'>,
): Promise<PolicyRows> {
  return {
    own: await change.find('policy', `${keyringId}/${id}`),
    keyring: await change.find('policy', `${keyringId}/keyring`),
  };
}

/** The key as the rules see it. @throws KmsError integrity-failure */
export function governedBy(
  { key, versions }: KeySnapshot,
  { setAt }: SetPolicy,
  uses: ReadonlyMap<number, VersionUse>,
  toldThrough: Date | null,
): GovernedKey {
  const usage = new Map(
    [...uses].map(([version, use]) => [
      version,
      { messages: use.encryptions + use.signatures, bytes: use.bytes, lastUsedAt: momentOf(use.usedAt) },
    ]),
  );
  const told = toldThrough === null ? 0 : momentOf(toldThrough);
  return { key, versions, usage, since: setAt, toldThrough: Math.max(setAt, told) };
}

/** What is not sealed may be anything that a database takes for a moment: `infinity`, or a year that no `Date` reaches. */
function momentOf(read: Date): number {
  const ms = Number(read);
  if (Number.isSafeInteger(ms)) return ms;
  throw integrityFailure('the use of a key, or what was told of it, is dated at no moment');
}

/** When the schedule looks at the key again. */
export function nextLookAt(
  { keyringId, id }: Pick<KeyRow, 'keyringId' | 'id'>,
  governed: GovernedKey,
  policy: Policy,
  now: number,
): NextLook {
  const actions = upcoming(governed, policy, now);
  const [next] = actions;
  // What is reached already waits for its hour, and no further use needs to tell of it.
  const isReached = actions.some(({ rule }) => rule === 'rotate.afterMessages' || rule === 'rotate.afterBytes');
  const counts = rotatesBySelf(governed) && !isReached ? policy.rotate : undefined;
  const { afterMessages = null, afterBytes = null } = counts ?? {};
  return {
    keyringId,
    keyId: id,
    dueAt: new Date(Math.min(next?.at ?? Infinity, now + LONGEST_REST_MS)),
    afterMessages,
    afterBytes,
    toldThrough: new Date(governed.toldThrough),
  };
}
