import type { KeySnapshot } from '../../keys/records.js';
import { integrityFailure } from '../../keys/row-seal.js';
import type { KeyReader } from './read-key.js';
import type { Sql } from './read-scope.js';
import type { ScopeMirror } from './scope-mirror.js';
import { verifiedKey } from './verify-row.js';

const KEYS_AT_A_TIME = 500;

/** Every key of a keyring, verified, none missing. @throws KmsError integrity-failure */
export async function* everyKey(sql: Sql, reader: KeyReader, mirror: ScopeMirror): AsyncGenerator<KeySnapshot, void> {
  const { scopeId } = mirror.seal;
  const ids = mirror.idsOf('key');
  for (let from = 0; from < ids.length; from += KEYS_AT_A_TIME) {
    const page = ids.slice(from, from + KEYS_AT_A_TIME);
    const found = await reader.byIds(sql, scopeId, page);
    if (found.length !== page.length) throw integrityFailure(`a key of keyring ${scopeId} is missing`);
    for (const one of found) yield verifiedKey(mirror, one);
  }
}
