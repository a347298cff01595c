import { isKmsError, type KmsError } from '../../errors.js';
import { uuidv7 } from '../../keys/uuid.js';
import type { ClaimedKey, Settled } from '../../ledger/due-keys.js';
import type { ActionKind } from '../../rotation/due-action.js';
import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import type { Kms } from '../kms.js';
import { nextLookAt } from '../policies/policy-in-force.js';
import { asKmsError } from '../record.js';
import { BY_POLICY } from './by-policy.js';
import { judge, lookAt, type Look } from './look.js';
import { unjudgedKey } from './unjudged-key.js';

/** Keys of one keyring are changed together; more at once would keep other changes of the keyring waiting. */
const AT_ONCE = 50;
/** Where keys are used meanwhile: so that no request waits long behind the schedule's work. */
const AT_ONCE_IN_USE = 10;
/** Of a keyring whose policy changed: no other change of it waits for more. */
const SPREAD_AT_ONCE = 1000;
const LONGEST_REST = 1000;
const MINUTE = 60_000;
const LONGEST_BACKOFF = 6 * 60 * MINUTE;

export interface PoliciesReport {
  /** Things done to keys. */
  readonly applied: number;
  /** Keys with which something failed; it is tried again later. What failed in doing it is on the audit record. */
  readonly failed: number;
}

/**
 * Does what policies want of the keys that are due, on any number of nodes at once: each key is claimed by one of them, and what is
 * done is decided again where it is done. Where keys are used meanwhile, this node goes more slowly.
 * @param isStopping then no further key is begun
 * @throws KmsError database-unavailable; internal-error for a defect, once all keys were served
 */
export async function applyPolicies(kms: Kms, deps: Deps, isStopping: () => boolean): Promise<PoliciesReport> {
  const run = new Run(kms, deps, isStopping);
  await run.untilNothingIsDue();
  if (run.defect) throw run.defect;
  return { applied: run.applied, failed: run.failed };
}

interface DueLook {
  readonly claimed: ClaimedKey;
  readonly look: Look;
}

class Run {
  applied = 0;
  failed = 0;
  /** The first. */
  defect: KmsError | undefined;
  readonly #arrival: Arrival;

  constructor(
    private readonly kms: Kms,
    private readonly deps: Deps,
    private readonly isStopping: () => boolean,
  ) {
    this.#arrival = kms.arriveAsSystem('system:rotation', uuidv7());
  }

  async untilNothingIsDue(): Promise<void> {
    const { dueKeys, engineClock, usage } = this.deps;
    for (let limit = AT_ONCE_IN_USE; !this.isStopping();) {
      const [began, used] = [performance.now(), usage.noted];
      const claimed = await dueKeys.claim(new Date(engineClock.now()), limit);
      if (claimed.length === 0) {
        if (await dueKeys.spread(SPREAD_AT_ONCE)) continue;
        return;
      }
      for (const id of new Set(claimed.map(({ keyringId }) => keyringId))) {
        const own = claimed.filter(({ keyringId }) => keyringId === id);
        await this.#serve(id, own);
      }
      const isInUse = usage.noted > used;
      limit = isInUse ? AT_ONCE_IN_USE : AT_ONCE;
      // Half of the time belongs to those who wait.
      const rest = Math.min(LONGEST_REST, performance.now() - began);
      if (isInUse) await new Promise((resolve) => setTimeout(resolve, rest));
    }
  }

  /** Does what is due to all together, then to each alone to which it was not done: so none holds up the others. */
  async #serve(keyringId: string, claimed: readonly ClaimedKey[]): Promise<void> {
    try {
      const due = await this.#lookAt(keyringId, claimed);
      for (const [kind, looks] of due) await this.#doAll(kind, keyringId, looks, claimed.length === 1);
    } catch (error) {
      // A keyring that was tampered with, or whose root cannot be reached, holds up no other.
      for (const one of claimed) await this.#retry(one, error);
    }
  }

  /** @param isLast whoever failed is not tried again now */
  async #doAll(kind: ActionKind, keyringId: string, due: readonly DueLook[], isLast: boolean): Promise<void> {
    let done: ReadonlySet<string> = new Set();
    try {
      done = await this.#do(kind, keyringId, due);
    } catch (error) {
      // What failed on one key is on that key's record, and told: not twice.
      const [only] = due.length === 1 ? due : [];
      if (only && (isLast || !isKmsError(error, 'conflict'))) return this.#retry(only.claimed, error);
    }
    if (isLast) return;
    const left = due.map(({ claimed }) => claimed).filter(({ keyId }) => !done.has(keyId));
    for (const one of left) if (!this.isStopping()) await this.#serve(keyringId, [one]);
  }

  /** @returns the keys for which something is due, by what it is */
  async #lookAt(keyringId: string, claimed: readonly ClaimedKey[]): Promise<ReadonlyMap<ActionKind, DueLook[]>> {
    const { ledger, dueKeys, engineClock } = this.deps;
    const isLive = (await ledger.install()).keyringsById.get(keyringId)?.state === 'enabled';
    const keyIds = claimed.map(({ keyId }) => keyId);
    const looks = isLive ? await lookAt(this.deps, keyringId, keyIds) : undefined;
    const now = engineClock.now();
    const due = new Map<ActionKind, DueLook[]>();
    const settled: Settled[] = [];
    for (const claim of claimed) {
      try {
        const look = looks?.get(claim.keyId);
        if (isKmsError(look)) throw look;
        const known = look && { ...look, isFailing: claim.failures > 0 };
        const judged = known && judge(known, now);
        if (known && judged?.action) {
          const { kind } = judged.action;
          due.set(kind, [...(due.get(kind) ?? []), { claimed: claim, look: known }]);
        } else {
          const next = known && judged && nextLookAt(known.snapshot.key, judged.governed, judged.policy, now);
          settled.push({ claimed: claim, next });
        }
      } catch (error) {
        await this.#cannotJudge(keyringId, claim, error);
      }
    }
    await dueKeys.settle(settled);
    return due;
  }

  async #do(kind: ActionKind, keyring: string, due: readonly DueLook[]): Promise<ReadonlySet<string>> {
    const looks = due.map(({ look }) => look);
    const { output } = await this.kms.change(BY_POLICY[kind], { keyring, looks }, this.#arrival);
    this.applied += output.size;
    return output;
  }

  /** One key whose rows make no sense: like a rotation that failed, it is on record and told, and the others go on. */
  async #cannotJudge(keyring: string, claimed: ClaimedKey, error: unknown): Promise<void> {
    const failure = { keyring, key: claimed.keyId, error: asKmsError(error) };
    await this.kms.change(unjudgedKey, failure, this.#arrival).catch(() => undefined);
    await this.#retry(claimed, error);
  }

  async #retry(claimed: ClaimedKey, error: unknown): Promise<void> {
    this.failed += 1;
    if (asKmsError(error).code === 'internal-error') this.defect ??= asKmsError(error);
    const backoff = Math.min(LONGEST_BACKOFF, MINUTE * 2 ** Math.min(claimed.failures, 20));
    await this.deps.dueKeys.retry(claimed, new Date(this.deps.engineClock.now() + backoff));
  }
}
