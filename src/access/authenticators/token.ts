import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Authenticator } from '../authenticator.js';
import type { CredentialRow } from '../records.js';
import { parseToken } from '../token.js';

/** Of this process, so that what it remembers of tokens says nothing anywhere else. */
const SALT = randomBytes(32).toString('base64');

/**
 * What was proven for a credential before: a hash that is cheaper than the keyed digest. It says whose token it is, no
 * more: whether it may still be used is decided each time. A credential that changes is another row, and is proven anew.
 */
const proven = new WeakMap<CredentialRow, Buffer>();
const NEVER = Buffer.alloc(32);

/** An API token: found by its public id, proven by its secret. */
export const authenticateToken: Authenticator<{ readonly kind: 'token'; readonly token: string }> = (
  { token },
  { access, digest },
) => {
  const parsed = parseToken(token);
  if (!parsed) return { refusal: 'malformed' };
  const known = access.credentials.get(parsed.id);
  const credential = known?.kind === 'token' ? known : undefined;
  const proof = hash('sha256', SALT + token, 'buffer');
  if (credential && timingSafeEqual(proof, proven.get(credential) ?? NEVER)) return found(credential);
  const expected = digest('token', parsed.id, parsed.secret);
  // Compared also when there is no such credential, so that time does not tell the two apart.
  const matches = timingSafeEqual(expected, credential?.hash ?? Buffer.alloc(expected.length));
  if (!credential) return { refusal: 'unknown-token' };
  if (!matches) return { refusal: 'wrong-secret' };
  proven.set(credential, proof);
  return found(credential);
};

function found(credential: CredentialRow) {
  // A session was begun with two factors.
  return { credentials: [credential], strength: credential.purpose === 'session' ? 'mfa' : 'single' } as const;
}
