import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import type { IssuerSettings } from './issuer-settings.js';

export interface KeyLimits {
  /** Keys are fetched again after this long. */
  readonly cacheMs: number;
  /** An unknown `kid` fetches them sooner, but not more often than this; nor is discovery repeated more often. */
  readonly cooldownMs: number;
  readonly timeoutMs: number;
}

/** An issuer's public keys: found by discovery, held for a while, fetched again for a `kid` that is new. */
export class IssuerKeys {
  #keys: Promise<JWTVerifyGetKey> | undefined;

  constructor(
    private readonly settings: IssuerSettings,
    private readonly limits: KeyLimits,
  ) {}

  readonly get: JWTVerifyGetKey = async (header, token) => (await this.#open())(header, token);

  #open(): Promise<JWTVerifyGetKey> {
    const known = this.#keys;
    if (known) return known;
    const opening = this.#discover();
    this.#keys = opening;
    opening.catch(() => {
      setTimeout(() => (this.#keys = undefined), this.limits.cooldownMs).unref();
    });
    return opening;
  }

  async #discover(): Promise<JWTVerifyGetKey> {
    const { cacheMs, cooldownMs, timeoutMs } = this.limits;
    const url = new URL(this.settings.jwksUri ?? (await this.#discoveredUri()));
    if (!isTrustworthy(url)) throw new errors.JWKSInvalid(`jwks_uri of ${this.settings.issuer} is not https`);
    return createRemoteJWKSet(url, {
      cacheMaxAge: cacheMs,
      cooldownDuration: cooldownMs,
      timeoutDuration: timeoutMs,
    });
  }

  /** OpenID Connect Discovery 1.0 section 4. */
  async #discoveredUri(): Promise<string> {
    const { issuer } = this.settings;
    const answer = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
      redirect: 'error',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(this.limits.timeoutMs),
    });
    if (!answer.ok) throw new errors.JWKSInvalid(`discovery of ${issuer} answers ${answer.status}`);
    const document: { readonly issuer?: unknown; readonly jwks_uri?: unknown } = JSON.parse(await answer.text());
    // Section 4.3: another issuer's document is nobody's.
    if (document.issuer !== issuer || typeof document.jwks_uri !== 'string') {
      throw new errors.JWKSInvalid(`discovery of ${issuer} names another issuer or no jwks_uri`);
    }
    return document.jwks_uri;
  }
}

/** https, or a machine's own address: keys that came in clear could be anybody's. */
export function isTrustworthy({ protocol, hostname }: URL): boolean {
  if (protocol === 'https:') return true;
  return protocol === 'http:' && (hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname));
}
