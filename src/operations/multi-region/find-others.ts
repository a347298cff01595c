import { othersOf } from '../../keys/multi-region.js';
import type { KeyRow, KeySnapshot } from '../../keys/records.js';
import { integrityFailure } from '../../keys/row-seal.js';
import type { Change } from '../../ledger/ledger.js';

/**
 * The keys of a multi-Region key in the other regions, as they are in a change that took all of their keyrings (`keyringsOf`).
 * @throws KmsError integrity-failure where one of them knows of other keys than this one does
 */
export async function findOthers(change: Change, key: KeyRow): Promise<readonly KeySnapshot[]> {
  const others: KeySnapshot[] = [];
  for (const { keyring, key: id } of othersOf(key)) {
    const found = await change.findKey(keyring, id);
    if (!found || setIn(found.key) !== setIn(key)) {
      throw integrityFailure(`the keys of the multi-Region key ${key.lineageId} do not agree which they are`);
    }
    others.push(found);
  }
  return others;
}

function setIn({ lineageId, multiRegion }: KeyRow): string {
  const { primary, replicas = [] } = multiRegion ?? {};
  const ids = [primary, ...replicas].map((one) => [one?.region, one?.keyring, one?.key]);
  return JSON.stringify([lineageId, ids]);
}
