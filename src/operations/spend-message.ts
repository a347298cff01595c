import { KmsError } from '../errors.js';
import { suiteOf } from '../keys/ciphertext.js';
import { MESSAGE_LIMITS } from '../keys/message-counters.js';
import type { KeySnapshot, VersionRow } from '../keys/records.js';
import type { Deps } from './deps.js';

const FIRST_BLOCK = 64;

/** What one version may still seal here before more is reserved. */
interface Budget {
  remaining: number;
  /** The size of the next block: small for a key that is used now and then, so that a reload wastes little. */
  block: number;
  /** The version has sealed all that it ever may. */
  spent: boolean;
  reserving: Promise<void> | undefined;
}

/** By row, like the cache of loaded keys: a row that is read again starts with a new block, so messages are over-counted and never under-counted. */
const budgets = new WeakMap<VersionRow, Budget>();

/**
 * Counts one message that a version is about to seal under a random 96-bit nonce (SP 800-38D section 8.3). Specs with longer
 * nonces and RSA count nothing.
 * @throws KmsError message-limit-reached
 */
export function spendMessage(deps: Deps, snapshot: KeySnapshot, row: VersionRow): void | Promise<void> {
  if (suiteOf(snapshot.key.spec)?.nonceBytes !== 12) return;
  const budget = budgetOf(row);
  if (budget.remaining > 0) {
    budget.remaining -= 1;
    return;
  }
  return reserveAndSpend(deps, snapshot, row, budget);
}

async function reserveAndSpend(deps: Deps, snapshot: KeySnapshot, row: VersionRow, budget: Budget): Promise<void> {
  while (budget.remaining === 0) {
    if (budget.spent) {
      throw new KmsError(
        'message-limit-reached',
        `version ${row.version} has sealed the 2^32 messages that its nonces allow: rotate the key (POST …/rotate)`,
      );
    }
    budget.reserving ??= reserve(deps, snapshot, row, budget).finally(() => (budget.reserving = undefined));
    await budget.reserving;
  }
  budget.remaining -= 1;
}

/** Past the mark a rotation is asked for with each block, so that one that failed is asked for again. */
async function reserve(deps: Deps, { key }: KeySnapshot, row: VersionRow, budget: Budget): Promise<void> {
  const { block, rotateAt, refuseAt } = MESSAGE_LIMITS;
  const size = budget.block;
  const reserved = await deps.counters.reserve(key.keyringId, key.id, row.version, size);
  budget.remaining = Math.max(0, size - Math.max(0, reserved - refuseAt));
  budget.spent = reserved >= refuseAt;
  budget.block = Math.min(block, size * 4);
  if (reserved >= rotateAt) deps.rotateSoon(key.keyringId, key.id);
}

function budgetOf(row: VersionRow): Budget {
  const known = budgets.get(row);
  if (known) return known;
  const budget: Budget = { remaining: 0, block: FIRST_BLOCK, spent: false, reserving: undefined };
  budgets.set(row, budget);
  return budget;
}
