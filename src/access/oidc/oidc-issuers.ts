import { decodeJwt, jwtVerify } from 'jose';
import type { Refusal } from '../refusal.js';
import { Issuers, type VerifiedJwt } from '../issuers.js';
import { IssuerKeys, type KeyLimits } from './issuer-keys.js';
import type { IssuerSettings } from './issuer-settings.js';
import { refusalOf } from './refusal-of.js';

/** Signatures only: a secret shared with the issuer, or a public key taken for one, proves nothing (RFC 8725 section 2.1). */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const CLOCK_TOLERANCE_S = 5;
const LIMITS: KeyLimits = { cacheMs: 600_000, cooldownMs: 10_000, timeoutMs: 5000 };

interface Trusted {
  readonly settings: IssuerSettings;
  readonly keys: IssuerKeys;
}

/** The configured issuers, by OpenID Connect Discovery and JWKS. */
export class OidcIssuers extends Issuers {
  readonly #trusted: ReadonlyMap<string, Trusted>;

  constructor(issuers: readonly IssuerSettings[], limits: KeyLimits = LIMITS) {
    super();
    this.#trusted = new Map(
      issuers.map((settings) => [settings.issuer, { settings, keys: new IssuerKeys(settings, limits) }]),
    );
  }

  override has(issuer: string): boolean {
    return this.#trusted.has(issuer);
  }

  override listsGroups(issuer: string): boolean {
    return this.#trusted.get(issuer)?.settings.groupsClaim !== undefined;
  }

  override async verify(
    jwt: string,
    now: number,
  ): Promise<VerifiedJwt | { readonly refusal: Refusal; readonly about?: string }> {
    const issuer = issuerOf(jwt);
    if (issuer === undefined) return { refusal: 'malformed' };
    const trusted = this.#trusted.get(issuer);
    if (!trusted) return { refusal: 'unknown-issuer' };
    const { audience, claim, groupsClaim } = trusted.settings;
    try {
      const { payload } = await jwtVerify(jwt, trusted.keys.get, {
        issuer,
        audience: [...audience],
        algorithms: ALGORITHMS,
        requiredClaims: ['exp', claim],
        currentDate: new Date(now),
        clockTolerance: CLOCK_TOLERANCE_S,
      });
      const subject = payload[claim];
      if (typeof subject !== 'string') return { refusal: 'wrong-claim', about: `${issuer} ${claim}` };
      const groups = textsOf(groupsClaim === undefined ? undefined : payload[groupsClaim]);
      return { issuer, subject, claims: payload, groups };
    } catch (error) {
      const { refusal, about } = refusalOf(error);
      return { refusal, about: about === undefined ? issuer : `${issuer} ${about}` };
    }
  }
}

/** One text, or those of a list. */
function textsOf(claim: unknown): readonly string[] {
  return [claim].flat().filter((value) => typeof value === 'string');
}

/** What it says of itself, unproven: only to choose whose keys must have signed it. */
function issuerOf(jwt: string): string | undefined {
  try {
    return decodeJwt(jwt).iss;
  } catch {
    return undefined;
  }
}
