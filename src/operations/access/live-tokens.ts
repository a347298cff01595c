import type { CredentialRow } from '../../access/records.js';
import { KmsError } from '../../errors.js';

const LIVE_TOKENS_A_CALLER = 100;
const DAY = 86_400;

/** How long a token lives, in seconds. */
export const TOKEN_LIFETIME = { standard: 90 * DAY, most: 400 * DAY } as const;

export function isLiveToken({ revokedAt, expiresAt }: CredentialRow, now: number): boolean {
  return !revokedAt && (expiresAt?.getTime() ?? Infinity) > now;
}

/** @throws KmsError limit-reached */
export function mustHaveRoomForToken(credentials: Iterable<CredentialRow>, callerId: string, now: number): void {
  let live = 0;
  for (const row of credentials) if (row.callerId === callerId && isLiveToken(row, now)) live += 1;
  if (live < LIVE_TOKENS_A_CALLER) return;
  throw new KmsError('limit-reached', `the caller has ${live} live tokens, which is the most; revoke one first`);
}
