import { KmsError } from '../../errors.js';
import { fieldOf } from './field-of.js';

/** What Vault says of a token's life. */
export interface Lease {
  /** Seconds; 0 means for ever. */
  readonly ttl: number;
  readonly renewable: boolean;
}

const MAX_DELAY_MS = 12 * 60 * 60 * 1000;

/**
 * Reads `auth` of a login or renewal, or `data` of lookup-self.
 * @throws KmsError root-unavailable if the answer is not by a Vault
 */
export function readLease(answer: unknown, part: 'auth' | 'data'): Lease {
  const fields = fieldOf(answer, part);
  const ttl = fieldOf(fields, part === 'auth' ? 'lease_duration' : 'ttl');
  if (typeof ttl !== 'number') {
    throw new KmsError('root-unavailable', 'The server that the root key URI names does not answer like a Vault');
  }
  return { ttl, renewable: fieldOf(fields, 'renewable') === true };
}

/**
 * Milliseconds until a token with `ttl` seconds left is renewed: after two thirds of them, and twice a day at the least
 * (a timer of more than 24.8 days would fire at once, and Vault's usual maximum is 32 days).
 */
export function renewalDelay(ttl: number): number {
  return Math.min(MAX_DELAY_MS, Math.max(1, Math.floor((ttl * 2000) / 3)));
}
