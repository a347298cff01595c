import { KmsError } from '../../errors.js';
import type { Arrival } from '../arrival.js';
import { HIGHEST_COST } from './cost-of.js';
import { sourceKey } from './source-key.js';
import { TokenBuckets } from './token-buckets.js';

export interface LimitSettings {
  /** Units of `costOf` a second for each caller. */
  readonly callerCost: number;
  /** Requests a second for each source, before anything is known of who it is. */
  readonly sourceRequests: number;
  /** Failed authentications a second for each source that are answered as such. */
  readonly sourceFailures: number;
}

/** They never bind a caller below 20,000 requests a second, whatever it asks for. */
export const STANDARD_LIMITS: LimitSettings = {
  callerCost: 20_000 * HIGHEST_COST,
  sourceRequests: 200_000,
  sourceFailures: 100,
};

/** Whoever fails now and then, such as a fleet whose token has just ended, is still told why. */
const FAILURE_BURST_S = 10;

/** How much each caller and each source may ask for, on this node. In memory: nothing here decides who may do what. */
export class Limits {
  readonly #callers: TokenBuckets;
  readonly #sources: TokenBuckets;
  readonly #failures: TokenBuckets;

  constructor({ callerCost, sourceRequests, sourceFailures }: LimitSettings, now?: () => number) {
    this.#callers = new TokenBuckets(callerCost, callerCost, now);
    this.#sources = new TokenBuckets(sourceRequests, sourceRequests, now);
    this.#failures = new TokenBuckets(sourceFailures, sourceFailures * FAILURE_BURST_S, now);
  }

  /** Before anything else. @returns too-many-requests, or undefined */
  ofSource(source: string | null): KmsError | undefined {
    return refusal(this.#sources.spend(sourceKey(source), 1), 'this address sends more requests than are allowed');
  }

  /** After a failed authentication; who succeeds is not held back. @returns too-many-requests in its place, or undefined */
  ofFailure(source: string | null): KmsError | undefined {
    return refusal(this.#failures.spend(sourceKey(source), 1), 'too many authentications from this address fail');
  }

  /** The service's own work is not limited. @returns too-many-requests, or undefined */
  ofCaller({ caller }: Arrival, cost: number): KmsError | undefined {
    if (caller.type === 'system') return undefined;
    return refusal(this.#callers.spend(caller.id, cost), 'this caller asks for more work than is allowed');
  }
}

function refusal(waitSeconds: number, why: string): KmsError | undefined {
  if (waitSeconds === 0) return undefined;
  const retryAfter = Math.max(1, Math.ceil(waitSeconds));
  return Object.assign(new KmsError('too-many-requests', `${why}; wait as long as Retry-After says`), { retryAfter });
}
