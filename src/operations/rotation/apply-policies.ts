import { isKmsError } from '../../errors.js';
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

/** Keys of one keyring are changed together; more at once would keep other changes of the keyring waiting. */
const AT_ONCE = 50;
/** Where keys are used meanwhile: so that no request waits long behind the schedule's work. */
const AT_ONCE_IN_USE = 10;
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
 * @throws KmsError database-unavailable
 */
export async function applyPolicies(kms: Kms, deps: Deps, isStopping: () => boolean): Promise<PoliciesReport> {
  const run = new Run(kms, deps, isStopping);
  await run.untilNothingIsDue();
  return { applied: run.applied, failed: run.failed };
}

interface DueLook {
  readonly claimed: ClaimedKey;
  readonly look: Look;
}

class Run {
  applied = 0;
  failed = 0;
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
      if (claimed.length === 0) return;
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
      const left: ClaimedKey[] = [];
      for (const [kind, due] of await this.#lookAt(keyringId, claimed)) {
        const done = await this.#do(kind, keyringId, due).catch((error) => {
          if (claimed.length === 1) throw error;
          return new Set();
        });
        left.push(...due.map((one) => one.claimed).filter(({ keyId }) => !done.has(keyId)));
      }
      if (claimed.length === 1) return;
      for (const one of left) if (!this.isStopping()) await this.#serve(keyringId, [one]);
    } catch (error) {
      for (const one of claimed) await this.#retry(one);
      // A keyring that was tampered with, or whose root cannot be reached, holds up no other; a defect is told of.
      if (asKmsError(error).code === 'internal-error') throw error;
    }
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
    for (const one of claimed) {
      const look = looks?.get(one.keyId);
      if (isKmsError(look)) {
        await this.#retry(one);
        continue;
      }
      const known = look && { ...look, isFailing: one.failures > 0 };
      const judged = known && judge(known, now);
      if (!judged) settled.push({ claimed: one, next: undefined });
      else if (judged.action) {
        const { kind } = judged.action;
        due.set(kind, [...(due.get(kind) ?? []), { claimed: one, look: known }]);
      } else settled.push({ claimed: one, next: nextLookAt(look.snapshot.key, judged.governed, judged.policy, now) });
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

  async #retry(claimed: ClaimedKey): Promise<void> {
    this.failed += 1;
    const backoff = Math.min(LONGEST_BACKOFF, MINUTE * 2 ** Math.min(claimed.failures, 20));
    await this.deps.dueKeys.retry(claimed, new Date(this.deps.engineClock.now() + backoff));
  }
}
