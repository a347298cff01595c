import type { OperationName } from '../../access/permissions.js';
import { KmsError } from '../../errors.js';
import { isSameTags } from '../../keys/names.js';
import type { KeyRow, KeySnapshot } from '../../keys/records.js';
import type { Change } from '../../ledger/ledger.js';
import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import { findKey, needOnKey, subjectOfKey } from '../resolve-key.js';
import { askedUnder, type AskedAs } from './asked-as.js';
import type { KeyInput, ResolvedKey } from './get-key.js';

/** What every change of one key resolves: the key, and that the permission holds for it. */
export function resolveKeyChange(operation: OperationName) {
  return async (deps: Deps, input: KeyInput & AskedAs, arrival: Arrival): Promise<ResolvedKey> => {
    const snapshot = await findKey(deps, input, operation, arrival);
    return {
      snapshot,
      needs: [needOnKey(operation, snapshot, undefined, askedUnder(input))],
      subject: subjectOfKey(snapshot),
      scopes: [snapshot.key.keyringId],
      basis: [snapshot],
    };
  };
}

/**
 * The key as it is now, inside the change. What was allowed may depend on its tags and rules, so these must be as they were.
 * @throws KmsError keyring-destroyed, conflict, integrity-failure
 */
export async function currentKey(change: Change, { key }: KeySnapshot): Promise<KeySnapshot> {
  mustBeLive(change, key.keyringId);
  const current = await change.findKey(key.keyringId, key.id);
  if (!current) throw new KmsError('conflict', 'the key is not there any more; try again');
  if (!isSameTags(current.key.tags, key.tags)) {
    throw new KmsError('conflict', 'the tags of the key changed meanwhile; try again');
  }
  if (!hasSameRules(current.key, key)) {
    throw new KmsError('conflict', 'the key policy or the grants of the key changed meanwhile; try again');
  }
  return current;
}

function hasSameRules(a: KeyRow, b: KeyRow): boolean {
  return (
    (a.keyPolicy ?? null) === (b.keyPolicy ?? null) && JSON.stringify(a.grants ?? []) === JSON.stringify(b.grants ?? [])
  );
}

/** @throws KmsError keyring-destroyed */
export function mustBeLive(change: Change, keyringId: string): void {
  const keyring = change.install.keyringsById.get(keyringId);
  if (keyring?.state !== 'enabled') throw new KmsError('keyring-destroyed', 'the keyring was destroyed');
}

/** New material must be under the newest wrapping key: an older one may be gone with the next rewrap. @throws KmsError conflict */
export function mustBeUnderNewest(change: Change, keyringId: string, wrappingVersion: number): void {
  if (change.install.keyringsById.get(keyringId)?.wrappingVersion === wrappingVersion) return;
  throw new KmsError('conflict', 'the keyring was rewrapped meanwhile; try again');
}

/** @throws KmsError name-taken */
export async function mustBeFree(change: Change, keyringId: string, name: string): Promise<void> {
  if (!(await change.isNameTaken(keyringId, name))) return;
  throw new KmsError(
    'name-taken',
    `a key or an alias of this keyring is called ${name}; take another name, or move the alias with PUT …/aliases/${name}`,
  );
}
