import { timingSafeEqual } from 'node:crypto';
import type { Authenticator } from '../authenticator.js';
import { parseToken } from '../token.js';

/** An API token: found by its public id, proven by its secret. */
export const authenticateToken: Authenticator<{ readonly kind: 'token'; readonly token: string }> = (
  { token },
  { access, digest },
) => {
  const parsed = parseToken(token);
  const known = parsed && access.credentials.get(parsed.id);
  const credential = known?.kind === 'token' ? known : undefined;
  const hash = digest('token', parsed?.id ?? '', parsed?.secret ?? '');
  // Compared also when there is no such credential, so that time does not tell the two apart.
  const matches = timingSafeEqual(hash, credential?.hash ?? Buffer.alloc(hash.length));
  if (!parsed) return { refusal: 'malformed' };
  if (!credential) return { refusal: 'unknown-token' };
  return matches ? { credentials: [credential], strength: 'single' } : { refusal: 'wrong-secret' };
};
