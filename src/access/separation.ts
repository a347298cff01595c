import type { KeyringRow } from '../keys/records.js';
import { administers, usesKeys, type OperationName } from './permissions.js';
import type { BindingRow, BindingScope } from './records.js';

/** A binding, with what its role allows. */
export interface Held {
  readonly binding: Pick<BindingRow, 'id' | 'scope'>;
  readonly operations: Iterable<OperationName>;
}

/** Ids of the keyrings in which one may both administer and use keys. */
export function unseparatedOf(keyrings: Iterable<KeyringRow>): ReadonlySet<string> {
  return new Set([...keyrings].filter((row) => row.separationOfDuties === false).map(({ id }) => id));
}

/**
 * Separation of duties over permissions: which of the bindings, with one more, would let the same holder administer and
 * use keys in one keyring. Conditions and denies do not count: they may be met, or go, at another time.
 * @returns `added` itself where its own role holds both
 */
export function conflictOf(
  held: Iterable<Held>,
  added: Held,
  unseparated: ReadonlySet<string>,
): Held['binding'] | undefined {
  const [administersToo, usesToo] = sidesOf(added.operations);
  for (const other of [added, ...held]) {
    const [isAdministering, isUsing] = sidesOf(other.operations);
    if (!(administersToo && isUsing) && !(usesToo && isAdministering)) continue;
    if (meet(added.binding.scope, other.binding.scope, unseparated)) return other.binding;
  }
  return undefined;
}

function sidesOf(operations: Iterable<OperationName>): readonly [administers: boolean, uses: boolean] {
  const names = [...operations];
  return [names.some(administers), names.some(usesKeys)];
}

/** Whether two scopes have a keyring in common whose duties are separate. Keyrings to come are among everything. */
function meet(a: BindingScope, b: BindingScope, unseparated: ReadonlySet<string>): boolean {
  if ('everything' in a) return 'everything' in b || !unseparated.has(b.keyring);
  return !unseparated.has(a.keyring) && ('everything' in b || a.keyring === b.keyring);
}
