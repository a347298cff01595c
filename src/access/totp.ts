import { Secret, TOTP } from 'otpauth';

const PERIOD_S = 30;
/** A step before and a step after, for clocks that differ (RFC 6238 section 5.2). */
const WINDOW = 1;
const SECRET_BYTES = 20;
const CODE = /^[0-9]{6}$/;

/** A shared secret of RFC 6238: HMAC-SHA-1, six digits, thirty seconds, as every authenticator application takes it. */
export function generateTotpSecret(): Buffer {
  return Buffer.from(new Secret({ size: SECRET_BYTES }).bytes);
}

/** For an authenticator application: `otpauth://totp/…`. */
export function totpUri(secret: Buffer, name: string): string {
  return totpOf(secret, name).toString();
}

/** The secret in base32, for typing. */
export function totpText(secret: Buffer): string {
  return totpOf(secret, '').secret.base32;
}

export function isTotpCode(code: string): boolean {
  return CODE.test(code);
}

/**
 * @param usedStep the newest time step that was accepted before: one is good once (RFC 6238 section 5.2)
 * @param now      milliseconds since 1970
 * @returns the time step that the code belongs to; undefined if it is wrong or was used
 */
export function totpStep(secret: Buffer, code: string, usedStep: number, now: number): number | undefined {
  const delta = totpOf(secret, '').validate({ token: code, timestamp: now, window: WINDOW });
  if (delta === null) return undefined;
  const step = Math.floor(now / 1000 / PERIOD_S) + delta;
  return step > usedStep ? step : undefined;
}

function totpOf(secret: Buffer, label: string): TOTP {
  return new TOTP({
    issuer: 'Keystead',
    label,
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_S,
    secret: new Secret({ buffer: Uint8Array.from(secret).buffer }),
  });
}
