import type { Resource } from '../access/grant.js';
import type { OperationName } from '../access/permissions.js';
import { KmsError } from '../errors.js';
import type { EncryptionContext } from '../keys/encryption-context.js';
import type { KeyringRow, KeyRow, KeySnapshot } from '../keys/records.js';
import type { Arrival } from './arrival.js';
import { may, permissionDenied } from './authorise.js';
import type { Deps } from './deps.js';
import type { Need, Subject } from './operation.js';

/** By id or name. @throws KmsError permission-denied, or keyring-not-found for those who may know */
export async function findKeyring(
  deps: Deps,
  ref: string,
  operation: OperationName,
  arrival: Arrival,
): Promise<KeyringRow> {
  const { keyringsById, keyringsByName, access } = await deps.ledger.install();
  const keyring = keyringsById.get(ref) ?? keyringsByName.get(ref);
  if (keyring?.state === 'enabled') return keyring;
  const now = deps.clock.now();
  const mayKnow =
    may(access, arrival, 'keyring.list', { kind: 'install' }, now) &&
    may(access, arrival, operation, { kind: 'install' }, now);
  if (!mayKnow) throw permissionDenied(operation);
  if (keyring) throw new KmsError('keyring-destroyed', `keyring ${keyring.name} was destroyed`);
  throw new KmsError('keyring-not-found', 'no keyring has this id or name; GET /api/v1/keyrings lists them');
}

/** By id, name or alias. @throws KmsError permission-denied, or key-not-found for those who may describe keys in the keyring */
export async function findKey(
  deps: Deps,
  input: { readonly keyring: string; readonly key: string },
  operation: OperationName,
  arrival: Arrival,
): Promise<KeySnapshot> {
  const keyring = await findKeyring(deps, input.keyring, operation, arrival);
  const snapshot = await deps.ledger.findKey(keyring.id, input.key);
  if (snapshot) return snapshot;
  await mustBeAllowedToMiss(deps, keyring.id, operation, arrival);
  throw new KmsError('key-not-found', 'no key of this keyring has this id, name or alias');
}

/** Whoever may not use or describe keys all over the keyring learns nothing of what exists in it. */
export async function mustBeAllowedToMiss(
  deps: Deps,
  keyringId: string,
  operation: OperationName,
  arrival: Arrival,
): Promise<void> {
  const { access } = await deps.ledger.install();
  const resource = { kind: 'keyring', keyringId } as const;
  const now = deps.clock.now();
  for (const needed of ['key.describe', operation] as const) {
    if (!may(access, arrival, needed, resource, now)) throw permissionDenied(operation);
  }
}

export function resourceOfKey({ keyringId, id, tags }: KeyRow): Resource {
  return { kind: 'key', keyringId, keyId: id, tags };
}

/** @param context what the operation binds */
export function needOnKey(permission: OperationName, { key }: KeySnapshot, context?: EncryptionContext): Need {
  return { permission, resource: resourceOfKey(key), context };
}

export function subjectOfKey({ key }: { readonly key: Pick<KeyRow, 'id' | 'keyringId'> }, version?: number): Subject {
  return {
    resource: `key/${key.id}`,
    keyring: key.keyringId,
    key: key.id,
    ...(version === undefined ? {} : { version }),
  };
}
