import { KmsError } from '../../errors.js';

interface Expiry {
  /** Seconds from now. */
  readonly expiresIn?: number;
  readonly expiresAt?: Date;
}

/**
 * When something ends, to the millisecond.
 * @param most in seconds from now
 * @returns null for never
 * @throws KmsError invalid-request
 */
export function expiryOf({ expiresIn, expiresAt }: Expiry, now: number, most: number): Date | null {
  if (expiresIn !== undefined && expiresAt !== undefined) {
    throw new KmsError('invalid-request', 'expiresIn, expiresAt: give one of the two');
  }
  if (expiresIn !== undefined) {
    if (Number.isInteger(expiresIn) && expiresIn >= 1 && expiresIn <= most) return new Date(now + expiresIn * 1000);
    throw new KmsError('invalid-request', `expiresIn: a whole number of seconds from 1 to ${most}`);
  }
  if (expiresAt === undefined) return null;
  const at = expiresAt.getTime();
  if (at > now && at <= now + most * 1000) return expiresAt;
  throw new KmsError('invalid-request', `expiresAt: a moment from now on, at most ${most} seconds ahead`);
}
