import { In, type EntityManager } from 'typeorm';
import { isKmsError, type KmsError } from '../../errors.js';
import type { GovernedKeyRows } from '../../ledger/ledger.js';
import { DueKeyEntity } from '../entities/due-key.entity.js';
import { PolicyEntity } from '../entities/policy.entity.js';
import { policyRow } from './policy-rows.js';
import type { FoundKey, KeyReader } from './read-key.js';
import type { ScopeMirror } from './scope-mirror.js';
import type { Scopes } from './scopes.js';
import { MAX_READS } from './settled.js';
import { mustBeUnknown, verifiedKey } from './verify-row.js';

interface Read {
  readonly keys: readonly FoundKey[];
  readonly policies: readonly PolicyEntity[];
  readonly due: readonly Pick<DueKeyEntity, 'keyId' | 'toldThrough'>[];
}

/** Reads and verifies again what does not fit, as `settled` does: another node may be changing it. */
export async function findGoverned(
  manager: EntityManager,
  reader: KeyReader,
  scopes: Scopes,
  keyringId: string,
  keyIds: readonly string[],
): Promise<ReadonlyMap<string, GovernedKeyRows | KmsError>> {
  const found = new Map<string, GovernedKeyRows | KmsError>();
  for (let left = keyIds, reads = 1; left.length > 0 && reads <= MAX_READS; reads++) {
    const read = await readGoverned(manager, reader, keyringId, left);
    await scopes.refresh(keyringId);
    const mirror = await scopes.mirror(keyringId);
    for (const [keyId, one] of verifyGoverned(mirror, keyringId, left, read)) found.set(keyId, one);
    left = left.filter((keyId) => isKmsError(found.get(keyId)));
  }
  return found;
}

/** Keys with what their policies are decided by, unverified: three statements, whatever their number. */
export async function readGoverned(
  manager: EntityManager,
  reader: KeyReader,
  keyringId: string,
  keyIds: readonly string[],
): Promise<Read> {
  const keys = await reader.byIds(manager, keyringId, keyIds);
  const policies = await manager.findBy(PolicyEntity, { keyringId, target: In(['keyring', ...keyIds]) });
  const due = await manager.find(DueKeyEntity, {
    select: { keyId: true, toldThrough: true },
    where: { keyId: In([...keyIds]) },
  });
  return { keys, policies, due };
}

/** Each by itself: one whose rows do not verify says so, and keeps none of the others from being decided on. */
export function verifyGoverned(
  mirror: ScopeMirror,
  keyringId: string,
  keyIds: readonly string[],
  { keys, policies, due }: Read,
): ReadonlyMap<string, GovernedKeyRows | KmsError> {
  const rows = new Map(policies.map((row) => [row.target, row]));
  const found = new Map(keys.map((one) => [one.key.id, one]));
  const told = new Map(due.map(({ keyId, toldThrough }) => [keyId, toldThrough]));
  const policyFor = (target: string) => policyRow(mirror, keyringId, target, rows.get(target));
  const keyring = attempt(() => policyFor('keyring'));
  const governed = (keyId: string): GovernedKeyRows | undefined => {
    const one = found.get(keyId);
    if (!one) {
      mustBeUnknown(mirror, 'key', keyId);
      return undefined;
    }
    if (isKmsError(keyring)) throw keyring;
    const rows = { own: policyFor(keyId), keyring };
    return { snapshot: verifiedKey(mirror, one), rows, toldThrough: told.get(keyId) ?? null };
  };
  const all = keyIds.map((keyId) => [keyId, attempt(() => governed(keyId))] as const);
  return new Map(all.flatMap(([keyId, one]) => (one ? [[keyId, one]] : [])));
}

function attempt<T>(read: () => T): T | KmsError {
  try {
    return read();
  } catch (error) {
    if (isKmsError(error)) return error;
    throw error;
  }
}
