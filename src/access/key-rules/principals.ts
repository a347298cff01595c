import { accountOfRoot } from '../account-root.js';
import type { CallerRow, CredentialRow } from '../records.js';
import { rootArn, userArn } from './key-request.js';

interface AccountKey {
  readonly accountId: string;
  readonly expiresAt: number;
}

/** Who callers are as principals of AWS accounts: by the access keys that they have. */
export class Principals {
  readonly #keys = new Map<string, AccountKey[]>();

  constructor(
    private readonly callers: ReadonlyMap<string, CallerRow>,
    credentials: Iterable<CredentialRow>,
  ) {
    for (const { accessKey, callerId, revokedAt, expiresAt } of credentials) {
      if (!accessKey || revokedAt) continue;
      const key = { accountId: accessKey.accountId, expiresAt: expiresAt?.getTime() ?? Infinity };
      this.#keys.set(callerId, [...(this.#keys.get(callerId) ?? []), key]);
    }
  }

  /** Their ARNs, the root of an account first; none where nobody of them has an access key. */
  of(holders: string | readonly string[], now: number): readonly string[] {
    if (this.#keys.size === 0) return NONE;
    const all = [holders].flat();
    const roots = all.map(accountOfRoot).filter((accountId) => accountId !== undefined);
    const users = all.flatMap((callerId) => this.#usersOf(callerId, now));
    return [...roots.map(rootArn), ...users];
  }

  /** Whom ARNs of an account mean, whether they have an access key there or not. */
  namesOf(holders: string | readonly string[], accountId: string): readonly string[] {
    return [holders].flat().flatMap((id) => {
      const caller = this.callers.get(id);
      return caller ? [userArn(accountId, caller.name)] : [];
    });
  }

  /** Whether an ARN is that of a caller with a live access key in the account. */
  has(arn: string, now: number): boolean {
    return [...this.#keys.keys()].some((callerId) => this.#usersOf(callerId, now).includes(arn));
  }

  #usersOf(callerId: string, now: number): readonly string[] {
    const caller = this.callers.get(callerId);
    const live = (this.#keys.get(callerId) ?? []).filter(({ expiresAt }) => expiresAt > now);
    if (!caller || live.length === 0) return NONE;
    return [...new Set(live.map(({ accountId }) => accountId))].map((accountId) => userArn(accountId, caller.name));
  }
}

const NONE: readonly string[] = [];
