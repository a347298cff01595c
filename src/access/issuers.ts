import type { Refusal } from './refusal.js';

/** A JWT whose issuer, signature, audience and times are in order. */
export interface VerifiedJwt {
  readonly issuer: string;
  /** The value of the claim that names callers at this issuer. */
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** The texts in the claim that lists groups at this issuer. */
  readonly groups: readonly string[];
}

/** The issuers of JWTs that are trusted here. */
export abstract class Issuers {
  /** @param issuer as in the claim `iss` */
  abstract has(issuer: string): boolean;

  /** Whether one of its claims lists groups. */
  abstract listsGroups(issuer: string): boolean;

  /**
   * @param now milliseconds since 1970
   * @returns why not, when it is not in order; never throws for what was presented
   */
  abstract verify(
    jwt: string,
    now: number,
  ): Promise<VerifiedJwt | { readonly refusal: Refusal; readonly about?: string }>;
}
