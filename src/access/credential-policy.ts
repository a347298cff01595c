import type { CredentialRow } from './records.js';

/** When credentials are revoked that nobody uses, of the whole install. */
export interface CredentialPolicy {
  /** Seconds without use. */
  readonly unusedAfter: number;
  /** ISO 8601; what was unused before counts from here. */
  readonly setAt: string;
}

export interface DueRevocation {
  readonly rule: 'credentials.unused' | 'credentials.expired';
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * Whether, and since when, the policy wants a credential revoked. Sessions end by themselves.
 * @param usedAt the last time; undefined: never
 */
export function revocationDue(
  { purpose, expiresAt, revokedAt, createdAt }: Omit<CredentialRow, 'revision'>,
  { unusedAfter, setAt }: CredentialPolicy,
  usedAt: Date | undefined,
  now: number,
): DueRevocation | undefined {
  if (revokedAt || purpose === 'session') return undefined;
  const expired = expiresAt?.getTime() ?? Infinity;
  if (expired <= now) return { rule: 'credentials.expired', at: expired };
  const quietFrom = Math.max(createdAt.getTime(), Date.parse(setAt), usedAt?.getTime() ?? 0);
  const unused = quietFrom + unusedAfter * 1000;
  return unused <= now ? { rule: 'credentials.unused', at: unused } : undefined;
}
