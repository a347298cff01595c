import { KmsError } from '../../errors.js';
import type { Deps } from '../deps.js';
import { describeKey, type KeyDescription } from './describe-key.js';

/** The answer to a repeat of a call that made or changed a key. @throws KmsError key-not-found */
export async function readKeyAgain(deps: Deps, keyringId: string, keyId: string): Promise<KeyDescription> {
  const snapshot = await deps.ledger.findKey(keyringId, keyId);
  if (!snapshot) throw new KmsError('key-not-found', 'the key that this Idempotency-Key made is gone');
  return describeKey(snapshot, deps.clock.now());
}
