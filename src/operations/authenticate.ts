import { timingSafeEqual } from 'node:crypto';
import { parseToken } from '../access/token.js';
import type { CredentialRow } from '../access/records.js';
import { KmsError } from '../errors.js';
import type { Approach, Arrival } from './arrival.js';
import type { Deps } from './deps.js';

/** @throws KmsError unauthenticated, the same for every reason */
export async function authenticate(deps: Deps, approach: Approach): Promise<Arrival> {
  const { access } = await deps.ledger.install();
  const parsed = parseToken(approach.token ?? '');
  const credential = parsed && access.credentials.get(parsed.id);
  const hash = deps.secrets.digest('token', parsed?.id ?? '', parsed?.secret ?? '');
  // Compared also when there is no such credential, so that time does not tell the two apart.
  const matches = timingSafeEqual(hash, credential?.hash ?? Buffer.alloc(hash.length));
  const caller = credential && access.callers.get(credential.callerId);
  if (
    !credential ||
    !caller ||
    !matches ||
    caller.state !== 'enabled' ||
    !mayBeUsed(credential, approach, deps.clock.now())
  ) {
    throw new KmsError(
      'unauthenticated',
      approach.token === undefined
        ? 'no token: send the header "Authorization: Bearer <token>"'
        : 'the token is not known here, has ended, or may not be used from this address',
    );
  }
  const { door, source, requestId, idempotencyKey, isGone } = approach;
  return {
    caller: { id: caller.id, name: caller.name, type: caller.type },
    credentialId: credential.id,
    door,
    source,
    requestId,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(isGone === undefined ? {} : { isGone }),
  };
}

function mayBeUsed(credential: CredentialRow, approach: Approach, now: number): boolean {
  if (credential.revokedAt || (credential.expiresAt && credential.expiresAt.getTime() <= now)) return false;
  return credential.source === 'any' || (!approach.isForwarded && isLoopback(approach.source));
}

function isLoopback(address: string | null): boolean {
  return address !== null && (address === '::1' || /^(::ffff:)?127\./.test(address));
}
