import type { Resource } from '../access/grant.js';
import type { AskedOfKey } from '../access/key-rules/key-request.js';
import { rulesOf } from '../access/key-rules/key-rules.js';
import type { OperationName } from '../access/permissions.js';
import { KmsError } from '../errors.js';
import { canonicalContext, type EncryptionContext } from '../keys/encryption-context.js';
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

/** @throws KmsError invalid-key-policy where the key has one that this version of the service does not understand */
export function resourceOfKey(key: KeyRow): Resource {
  const { keyringId, id, tags } = key;
  return { kind: 'key', keyringId, keyId: id, tags, rules: rulesOf(key) };
}

/**
 * @param context what the operation binds
 * @param asked   what it asks besides, for the rules of the key
 * @throws KmsError invalid-request for a context that cannot be bound; see also `resourceOfKey`
 */
export function needOnKey(
  permission: OperationName,
  { key }: KeySnapshot,
  context?: EncryptionContext,
  asked?: AskedOfKey,
): Need {
  const resource = resourceOfKey(key);
  // What is too large to be bound is not held against the patterns of a policy either.
  if (resource.kind === 'key' && resource.rules) canonicalContext(context);
  return { permission, resource, context, asked };
}

export function subjectOfKey({ key }: { readonly key: Pick<KeyRow, 'id' | 'keyringId'> }, version?: number): Subject {
  return {
    resource: `key/${key.id}`,
    keyring: key.keyringId,
    key: key.id,
    ...(version === undefined ? {} : { version }),
  };
}
