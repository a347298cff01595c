import { canonicalRecoveryCode } from './recovery-codes.js';
import { isTotpCode, totpStep } from './totp.js';

/** What a person has besides the password: a sealed column of its credential. */
export interface Factors {
  /** The shared secret of RFC 6238, encrypted (`sealSecret`), in base64. */
  readonly totp: string;
  /** The newest time step that was accepted. */
  readonly usedStep: number;
  /** Keyed digests of the recovery codes that were not used, in base64. */
  readonly recoveryCodes: readonly string[];
  /** Whether the person has shown that it can make codes: before that it cannot log in. */
  readonly confirmed: boolean;
}

/** The keyed digest under which secrets are kept. */
export type Digest = (label: string, ...parts: readonly (Buffer | string)[]) => Buffer;

/** What stands for a password before it is hashed. */
export function passwordDigest(digest: Digest, credentialId: string, password: string): string {
  return digest('password', credentialId, password.normalize('NFKC')).toString('base64');
}

export function recoveryDigest(digest: Digest, credentialId: string, code: string): string {
  return digest('recovery-code', credentialId, canonicalRecoveryCode(code)).toString('base64');
}

/** A code that was right: the time step that it belongs to, or the keyed digest of a recovery code. */
export type SpentCode = { readonly step: number } | { readonly recoveryCode: string };

/**
 * @param totpSecret of the factors, opened
 * @returns undefined for a code that is wrong or was used
 */
export function rightCode(
  { id, factors }: { readonly id: string; readonly factors?: Factors | null },
  totpSecret: Buffer,
  code: string,
  digest: Digest,
  now: number,
): SpentCode | undefined {
  if (!factors) return undefined;
  if (!isTotpCode(code)) {
    // What is compared are digests under a key that nobody outside has.
    const recoveryCode = recoveryDigest(digest, id, code);
    return factors.recoveryCodes.includes(recoveryCode) ? { recoveryCode } : undefined;
  }
  const step = totpStep(totpSecret, code, factors.usedStep, now);
  return step === undefined ? undefined : { step };
}

/** @returns the factors without the code; undefined if it was used meanwhile */
export function withoutCode(factors: Factors, spent: SpentCode): Factors | undefined {
  if ('step' in spent) return spent.step > factors.usedStep ? { ...factors, usedStep: spent.step } : undefined;
  const recoveryCodes = factors.recoveryCodes.filter((other) => other !== spent.recoveryCode);
  return recoveryCodes.length < factors.recoveryCodes.length ? { ...factors, recoveryCodes } : undefined;
}
