import { Secret, TOTP } from 'otpauth';

/** The code that an authenticator application shows at a moment. */
export function codeAt(totpSecret: string, now: number): string {
  return new TOTP({ secret: Secret.fromBase32(totpSecret) }).generate({ timestamp: now });
}
