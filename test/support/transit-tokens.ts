import { randomBytes } from 'node:crypto';
import { TransitRefusal } from './transit-keys.js';

interface Token {
  readonly period: number;
  readonly leeway: number;
  readonly renewable: boolean;
  readonly deny: readonly RegExp[];
  /** Milliseconds of the wall clock; undefined: never. */
  expiresAt: number | undefined;
  readonly maxExpiresAt: number;
}

export interface TokenOptions {
  /** Seconds; 0: never expires. */
  readonly ttl?: number;
  /** Seconds that it lives on after that, for who renews it on a machine that is busy. */
  readonly leeway?: number;
  /** Seconds from the issue after which no renewal helps. */
  readonly maxTtl?: number;
  readonly renewable?: boolean;
  /** Paths (without /v1/) that the token's policy lacks. */
  readonly deny?: readonly RegExp[];
}

/** The token store: issue, check, look up, renew, revoke, as auth/token does. */
export class TransitTokens {
  readonly #tokens = new Map<string, Token>();

  issue({ ttl = 0, leeway = 0, maxTtl = 32 * 86_400, renewable = true, deny = [] }: TokenOptions = {}): string {
    const token = `hvs.${randomBytes(24).toString('base64url')}`;
    const now = Date.now();
    const expiresAt = ttl === 0 ? undefined : now + ttl * 1000;
    const maxExpiresAt = now + maxTtl * 1000;
    this.#tokens.set(token, { period: ttl, leeway: leeway * 1000, renewable, deny, expiresAt, maxExpiresAt });
    return token;
  }

  /** Every token that can expire has expired. */
  expireAll(): void {
    for (const token of this.#tokens.values()) {
      if (token.expiresAt !== undefined) token.expiresAt = 0;
    }
  }

  revoke(value: string): void {
    this.#tokens.delete(value);
  }

  get size(): number {
    return this.#tokens.size;
  }

  /** @throws TransitRefusal 403 */
  mustAllow(value: string, path: string): void {
    const token = this.#tokens.get(value);
    if (!token || (token.expiresAt !== undefined && token.expiresAt + token.leeway <= Date.now())) {
      throw new TransitRefusal(403, ['2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n']);
    }
    if (token.deny.some((pattern) => pattern.test(path))) {
      throw new TransitRefusal(403, ['1 error occurred:\n\t* permission denied\n\n']);
    }
  }

  /** `auth` of a login or a renewal. */
  authOf(value: string): Record<string, unknown> {
    return {
      client_token: value,
      accessor: 'accessor',
      policies: ['default', 'keystead'],
      lease_duration: this.#ttlOf(value),
      renewable: this.#tokens.get(value)?.renewable ?? false,
      token_type: 'service',
    };
  }

  /** `data` of lookup-self. */
  lookUp(value: string): Record<string, unknown> {
    return {
      id: value,
      ttl: this.#ttlOf(value),
      renewable: this.#tokens.get(value)?.renewable ?? false,
      type: 'service',
    };
  }

  renew(value: string): void {
    const token = this.#tokens.get(value);
    if (!token?.renewable) throw new TransitRefusal(400, ['lease is not renewable']);
    if (token.expiresAt !== undefined) {
      token.expiresAt = Math.min(Date.now() + token.period * 1000, token.maxExpiresAt);
    }
  }

  #ttlOf(value: string): number {
    const { expiresAt, leeway = 0 } = this.#tokens.get(value) ?? {};
    if (expiresAt === undefined) return 0;
    return Math.max(leeway > 0 ? 1 : 0, Math.round((expiresAt - Date.now()) / 1000));
  }
}
