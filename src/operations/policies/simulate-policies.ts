import { isKmsError, KmsError } from '../../errors.js';
import type { KeyRow } from '../../keys/records.js';
import { DAY } from '../../rotation/duration.js';
import { lintPolicy, type PolicyWarning } from '../../rotation/lint-policy.js';
import { parsePolicy } from '../../rotation/parse-policy.js';
import type { PolicyDocument } from '../../rotation/policy.js';
import { simulate, type SimulatedAction } from '../../rotation/simulate.js';
import type { Deps } from '../deps.js';
import { resolveKeyring, type KeyringInput, type ResolvedKeyring } from '../keyrings/resolve-keyring.js';
import type { UseOperation } from '../operation.js';
import { lookAt, type Look } from '../rotation/look.js';
import { candidatesFor, governedBy, policyOf, type SetPolicy } from './policy-in-force.js';
import { rowsWithPolicy } from './rows-with-policy.js';
import { SimulationBudget } from './simulation-budget.js';

const MAX_DAYS = 3650;
/** A version that was used in so many days is said to be in use. */
const RECENT_DAYS = 90;
const PAGE = 500;
/** So many actions are listed; all are counted. */
const MAX_LISTED = 1000;

export interface SimulatePoliciesInput extends KeyringInput {
  /** As if it were set for the key, for the tags, or else for the keyring. Default: those that are in force. */
  readonly policy?: PolicyDocument;
  /** Only this key: id, name or alias. */
  readonly key?: string;
  /** Only keys with all of these tags. */
  readonly tags?: Readonly<Record<string, string>>;
  /** From now on. Default 365. */
  readonly days?: number;
}

export interface SimulatedKeyAction {
  readonly at: Date;
  readonly keyId: string;
  readonly keyName: string | null;
  readonly action: SimulatedAction['kind'];
  readonly rule: SimulatedAction['rule'];
  readonly version: number | null;
  /** Of what would be retired or destroyed: when it was used last, if that is not long ago. */
  readonly usedAt: Date | null;
}

export interface Simulation {
  readonly from: Date;
  readonly until: Date;
  readonly keys: number;
  /** Further keys, on which the policy has no effect: a closer one holds. */
  readonly closer: number;
  readonly rotated: number;
  readonly retired: number;
  readonly destroyed: number;
  readonly disabled: number;
  /** Versions that would be retired or destroyed although they are in use. */
  readonly inUse: number;
  /** In the order of time; the first thousand. */
  readonly actions: readonly SimulatedKeyAction[];
  readonly more: boolean;
  readonly warnings: readonly PolicyWarning[];
}

/** What policies would do to the keys of a keyring. Changes nothing. @throws KmsError limit-reached: it would take too long */
export const simulatePolicies: UseOperation<SimulatePoliciesInput, ResolvedKeyring, Simulation> = {
  name: 'policy.simulate',
  resolve: resolveKeyring('policy.simulate'),

  async run(deps, { keyring }, { policy: document, key: name, tags = {}, days = 365 }) {
    if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS) {
      throw new KmsError('invalid-request', `days: a whole number from 1 to ${MAX_DAYS}`);
    }
    const now = deps.engineClock.now();
    const until = now + days * DAY;
    if (document) parsePolicy(document);
    if (name !== undefined && Object.keys(tags).length > 0) {
      throw new KmsError('invalid-request', 'key, or tags, not both');
    }
    const actions: SimulatedKeyAction[] = [];
    const keys: KeyRow[] = [];
    let closer = 0;
    const budget = new SimulationBudget(deps.monotonicNow);
    for await (const looks of name === undefined ? pagesOf(deps, keyring.id, tags) : oneOf(deps, keyring.id, name)) {
      for (const look of looks) {
        await budget.nextKey();
        const { key } = look.snapshot;
        const target = { tags, ...(name !== undefined && { key: name }) };
        const rows = document ? rowsWithPolicy(key, look.rows, document, target, now) : look.rows;
        const held = candidatesFor(key, rows)[0]?.policy;
        if (document && held?.document !== document) {
          closer += 1;
          continue;
        }
        keys.push(key);
        if (!held) continue;
        for (const action of actionsOn(look, held, { now, until })) {
          await budget.nextAction();
          actions.push(action);
        }
      }
    }
    const sorted = actions.toSorted((a, b) => a.at.getTime() - b.at.getTime());
    const count = (kind: SimulatedAction['kind']) => actions.filter(({ action }) => action === kind).length;
    const output = {
      from: new Date(now),
      until: new Date(until),
      keys: keys.length,
      closer,
      rotated: count('rotate'),
      retired: count('retire'),
      destroyed: count('destroy'),
      disabled: count('disable'),
      inUse: actions.filter(({ usedAt }) => usedAt !== null).length,
      actions: sorted.slice(0, MAX_LISTED),
      more: sorted.length > MAX_LISTED,
      warnings: document ? lintPolicy(policyOf(document), keys, now) : [],
    };
    return { output, detail: { keys: keys.length, days } };
  },
};

/** @throws KmsError key-not-found, integrity-failure */
async function* oneOf(deps: Deps, keyringId: string, name: string): AsyncGenerator<readonly Look[]> {
  const found = await deps.ledger.findKey(keyringId, name);
  if (!found) throw new KmsError('key-not-found', 'no key of this keyring has this id, name or alias');
  const looks = await lookAt(deps, keyringId, [found.key.id]);
  yield [...looks.values()].map(mustVerify);
}

/** @throws KmsError integrity-failure */
async function* pagesOf(
  deps: Deps,
  keyringId: string,
  tags: Readonly<Record<string, string>>,
): AsyncGenerator<readonly Look[]> {
  const wanted = Object.entries(tags);
  const [first] = wanted;
  const filter = first ? { tag: { name: first[0], value: first[1] } } : {};
  for (let before: string | undefined; ;) {
    const page = await deps.ledger.listKeys(keyringId, {
      ...filter,
      limit: PAGE,
      ...(before !== undefined && { before }),
    });
    const meant = page.filter(({ key }) => wanted.every(([name, value]) => key.tags[name] === value));
    const looks = await lookAt(
      deps,
      keyringId,
      meant.map(({ key }) => key.id),
    );
    yield [...looks.values()].map(mustVerify);
    before = page.at(-1)?.key.id;
    if (page.length < PAGE) return;
  }
}

function mustVerify(look: Look | KmsError): Look {
  if (isKmsError(look)) throw look;
  return look;
}

function* actionsOn(
  { snapshot, uses }: Look,
  held: SetPolicy,
  { now, until }: { readonly now: number; readonly until: number },
): Generator<SimulatedKeyAction, void> {
  const { key } = snapshot;
  const governed = governedBy(snapshot, held, uses, null);
  const period = { now, until, recent: RECENT_DAYS * DAY };
  for (const { kind, rule, at, version = null, usedAt } of simulate(governed, policyOf(held.document), period)) {
    yield {
      at: new Date(at),
      keyId: key.id,
      keyName: key.name,
      action: kind,
      rule,
      version,
      usedAt: usedAt === undefined ? null : new Date(usedAt),
    };
  }
}
