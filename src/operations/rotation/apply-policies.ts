import { uuidv7 } from '../../keys/uuid.js';
import type { ClaimedKey } from '../../ledger/due-keys.js';
import { dueActions } from '../../rotation/upcoming.js';
import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import type { Kms } from '../kms.js';
import { candidatesFor, governedBy, nextLookAt, policyOf } from '../policies/policy-in-force.js';
import { BY_POLICY } from './by-policy.js';

const CLAIMED_AT_ONCE = 50;
/** Of the keys that are claimed: while one waits for its new material, the others go on. */
const AT_A_TIME = 4;
/** A key for which more is due is looked at again. */
const ACTIONS_A_LOOK = 100;
const MINUTE = 60_000;
const LONGEST_BACKOFF = 6 * 60 * MINUTE;

export interface PoliciesReport {
  /** Things done to keys. */
  readonly applied: number;
  /** Keys with which something failed; each failure is on the audit record, and tried again later. */
  readonly failed: number;
}

/**
 * Does what policies want of the keys that are due, on any number of nodes at once: each key is claimed by one of them, and what is
 * done is decided again where it is done.
 * @param isStopping then no further key is begun
 * @throws KmsError database-unavailable
 */
export async function applyPolicies(kms: Kms, deps: Deps, isStopping: () => boolean): Promise<PoliciesReport> {
  const arrival = kms.arriveAsSystem('system:rotation', uuidv7());
  let [applied, failed] = [0, 0];
  for (;;) {
    const claimed = await deps.dueKeys.claim(new Date(deps.engineClock.now()), CLAIMED_AT_ONCE);
    if (claimed.length === 0 || isStopping()) return { applied, failed };
    const waiting = [...claimed];
    // What made them due is seen by whoever reads after the claim.
    const caughtUp = once((keyringId) => deps.ledger.refresh(keyringId));
    const work = async () => {
      for (let one = waiting.shift(); one && !isStopping(); one = waiting.shift()) {
        const done = await lookAt(kms, deps, one, arrival, caughtUp);
        if (done === 'failed') failed += 1;
        else applied += done;
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
  }
}

/** @returns how many things were done */
async function lookAt(
  kms: Kms,
  deps: Deps,
  claimed: ClaimedKey,
  arrival: Arrival,
  caughtUp: (keyringId: string) => Promise<void>,
): Promise<number | 'failed'> {
  let done = 0;
  try {
    await caughtUp(claimed.keyringId);
    while (done < ACTIONS_A_LOOK && (await doFirst(kms, deps, claimed, arrival))) done += 1;
    return done;
  } catch {
    // Its record says why, if there was anything to do.
    const backoff = Math.min(LONGEST_BACKOFF, MINUTE * 2 ** Math.min(claimed.failures, 20));
    await deps.dueKeys.retry(claimed, new Date(deps.engineClock.now() + backoff));
    return 'failed';
  }
}

/** Does the first thing that is due; with nothing left, says when to look again. @returns whether something was done */
async function doFirst(kms: Kms, deps: Deps, claimed: ClaimedKey, arrival: Arrival): Promise<boolean> {
  const { keyringId, keyId } = claimed;
  const { keyringsById } = await deps.ledger.install();
  const snapshot = await deps.ledger.findKey(keyringId, keyId);
  const rows = await deps.ledger.findPolicies(keyringId, keyId);
  const held = snapshot && candidatesFor(snapshot.key, rows)[0]?.policy;
  if (!held || keyringsById.get(keyringId)?.state !== 'enabled') {
    await deps.dueKeys.settle(claimed, undefined);
    return false;
  }
  const policy = policyOf(held.document);
  const look = await deps.dueKeys.find(keyId);
  const governed = governedBy(snapshot, held, await deps.usage.of(keyId), look?.toldThrough ?? null);
  const now = deps.engineClock.now();
  const [action] = dueActions(governed, policy, now);
  if (!action) {
    await deps.dueKeys.settle(claimed, nextLookAt(snapshot.key, governed, policy, now));
    return false;
  }
  const input = { keyring: keyringId, key: keyId };
  const { output } = await kms.change(BY_POLICY[action.kind], input, arrival);
  return output;
}

/** The same work for each name only once. */
function once(work: (name: string) => Promise<void>): (name: string) => Promise<void> {
  const begun = new Map<string, Promise<void>>();
  return (name) => {
    const known = begun.get(name) ?? work(name);
    begun.set(name, known);
    return known;
  };
}
