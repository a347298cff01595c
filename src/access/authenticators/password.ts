import type { Authenticator } from '../authenticator.js';
import { passwordDigest, rightCode, type Digest, type SpentCode } from '../factors.js';
import { isPassword } from '../password.js';
import type { PresentedPassword } from '../presented.js';
import type { CredentialRow } from '../records.js';
import { openSecret } from '../sealed-secret.js';

const NOBODY = '';

/** A person: by name and password, and a code of the authenticator application or a recovery code. */
export const authenticatePassword: Authenticator<PresentedPassword> = async (
  { name, password, code },
  { access, digest, now },
) => {
  const credential = access.passwordOf(name);
  const hashed = credential?.hash.toString('latin1');
  const isRight = await isPassword(passwordDigest(digest, credential?.id ?? NOBODY, password), hashed);
  if (!credential) return { refusal: 'unknown-person' };
  const about = credential.callerId;
  if (!isRight) return { refusal: 'wrong-password', about };
  const spent = codeOf(credential, code, digest, now);
  return spent ? { credentials: [credential], strength: 'mfa', spent } : { refusal: 'wrong-code', about };
};

function codeOf(credential: CredentialRow, code: string, digest: Digest, now: number): SpentCode | undefined {
  if (!credential.factors?.confirmed) return undefined;
  const secret = openSecret(digest, 'totp-secret', credential.id, credential.factors.totp);
  const spent = rightCode(credential, secret, code, digest, now);
  secret.fill(0);
  return spent;
}
