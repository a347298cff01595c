import type { OperationName } from '../access/permissions.js';
import { SYSTEM_CALLERS } from '../access/system-callers.js';
import { serves } from '../access/purposes.js';
import type { AccessView } from '../access/access-view.js';
import type { Resource } from '../access/grant.js';
import type { AskedOfKey } from '../access/key-rules/key-request.js';
import type { CredentialRow } from '../access/records.js';
import { KmsError } from '../errors.js';
import type { EncryptionContext } from '../keys/encryption-context.js';
import { holdersOf, type Arrival } from './arrival.js';
import type { Need } from './operation.js';

export function may(
  access: AccessView,
  arrival: Arrival,
  operation: OperationName,
  resource: Resource,
  now: number,
  context?: EncryptionContext,
  asked?: AskedOfKey,
): boolean {
  const { id, type } = arrival.caller;
  if (type === 'system') {
    const operations = Object.entries(SYSTEM_CALLERS).find(([name]) => name === id)?.[1] ?? [];
    return (operations as readonly OperationName[]).includes(operation);
  }
  const credential = liveCredential(access, arrival, now);
  if (!credential || !serves(credential.purpose, operation)) return false;
  const { source, door, strength } = arrival;
  return access.may(holdersOf(arrival), operation, resource, now, { context, source, door, strength, asked });
}

/** @throws KmsError permission-denied, or unauthenticated when the credential ended meanwhile */
export function mustBeAllowed(access: AccessView, arrival: Arrival, needs: readonly Need[], now: number): void {
  if (arrival.caller.type !== 'system' && !liveCredential(access, arrival, now)) {
    throw new KmsError('unauthenticated', 'the token was revoked or has expired, or its caller was disabled');
  }
  for (const need of needs) {
    const { permission, resource, context, asked } = need;
    if (may(access, arrival, permission, resource, now, context, asked)) continue;
    const administering = access.administeringBinding(holdersOf(arrival), permission, resource, now);
    throw administering ? dutiesNotSeparate(administering.id) : permissionDenied(permission);
  }
}

/** A token for the first administrator himself would outlive what his own is for. @throws KmsError permission-denied */
export function mustNotBeForItself(access: AccessView, arrival: Arrival, callerId: string): void {
  const isBootstrap = access.credentials.get(arrival.credentialId ?? '')?.purpose === 'bootstrap';
  if (!isBootstrap || callerId !== arrival.caller.id) return;
  throw new KmsError(
    'permission-denied',
    'the bootstrap token makes no credential for its own caller: make another one',
  );
}

/** The same whether the thing exists or not. */
export function permissionDenied(operation: OperationName): KmsError {
  return new KmsError(
    'permission-denied',
    `no role of this caller allows ${operation} here; an administrator can bind one (docs/guides/security-admins.md)`,
  );
}

function dutiesNotSeparate(bindingId: string): KmsError {
  return new KmsError(
    'permission-denied',
    `separation of duties: binding ${bindingId} lets this caller administer the keyring, so it may not use keys in it`,
  );
}

/** As far as the purpose of the credential goes. */
export function servesFor(access: AccessView, { credentialId }: Arrival, operation: OperationName): boolean {
  const credential = access.credentials.get(credentialId ?? '');
  return credential !== undefined && serves(credential.purpose, operation);
}

/** Of a caller that is enabled. */
function liveCredential(access: AccessView, arrival: Arrival, now: number): CredentialRow | undefined {
  if (access.callers.get(arrival.caller.id)?.state !== 'enabled') return undefined;
  const credential = access.credentials.get(arrival.credentialId ?? '');
  if (!credential || credential.revokedAt) return undefined;
  return (credential.expiresAt?.getTime() ?? Infinity) > now ? credential : undefined;
}
