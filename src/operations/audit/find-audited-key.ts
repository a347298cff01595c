import { KmsError } from '../../errors.js';
import { isUuid } from '../../keys/uuid.js';
import type { InstallView } from '../../ledger/ledger.js';
import type { Deps } from '../deps.js';

/**
 * The id of a key that records are asked for: names are looked up in the visible keyrings.
 * @throws KmsError key-not-found, or invalid-request where several have the name
 */
export async function findAuditedKey(
  deps: Deps,
  { keyringsById }: InstallView,
  ref: string,
  visible: readonly string[] | undefined,
): Promise<string> {
  if (isUuid(ref)) return ref;
  const found = new Set<string>();
  for (const { id, state } of keyringsById.values()) {
    if (state === 'destroyed' || (visible && !visible.includes(id))) continue;
    const snapshot = await deps.ledger.findKey(id, ref);
    if (snapshot) found.add(snapshot.key.id);
  }
  const [first] = found;
  if (first === undefined) {
    throw new KmsError('key-not-found', 'key: none has this name or alias now; ask by the id of the key');
  }
  if (found.size > 1)
    throw new KmsError('invalid-request', 'key: several keyrings have one of this name; ask by its id');
  return first;
}
