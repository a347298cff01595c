import { isKmsError } from '../../errors.js';
import { invalidCiphertext, parseCiphertext, type ParsedCiphertext } from '../../keys/ciphertext.js';
import type { EncryptionContext } from '../../keys/encryption-context.js';
import type { KeySnapshot } from '../../keys/records.js';
import type { Resource } from '../../access/grant.js';
import type { Arrival } from '../arrival.js';
import { may, permissionDenied } from '../authorise.js';
import type { Deps } from '../deps.js';

export interface KeyOfCiphertext {
  readonly snapshot: KeySnapshot;
  readonly parsed: ParsedCiphertext;
}

/**
 * The key that a ciphertext's header names.
 * @throws KmsError invalid-ciphertext, or permission-denied: whoever may not decrypt with every key of the keyring learns no
 * difference between a key that is not there and one that is not theirs
 */
export async function findKeyOfCiphertext(
  deps: Deps,
  keyringId: string,
  { ciphertext, context }: { readonly ciphertext: Buffer; readonly context?: EncryptionContext | undefined },
  arrival: Arrival,
): Promise<KeyOfCiphertext> {
  const parsed = parseIfPossible(ciphertext);
  if (!parsed) throw await refusal(deps, { kind: 'anywhere' }, arrival, context);
  const snapshot = await deps.ledger.findKeyByLineage(keyringId, parsed.lineageId);
  if (!snapshot) throw await refusal(deps, { kind: 'keyring', keyringId }, arrival, context);
  return { snapshot, parsed };
}

/** @returns undefined for what is no ciphertext of format 1 */
export function parseIfPossible(ciphertext: Buffer): ParsedCiphertext | undefined {
  try {
    return parseCiphertext(ciphertext);
  } catch (error) {
    if (isKmsError(error, 'invalid-ciphertext')) return undefined;
    throw error;
  }
}

async function refusal(
  deps: Deps,
  resource: Resource,
  arrival: Arrival,
  context: EncryptionContext | undefined,
): Promise<Error> {
  const { access } = await deps.ledger.install();
  const mayKnow = may(access, arrival, 'decrypt', resource, deps.clock.now(), context);
  return mayKnow ? invalidCiphertext() : permissionDenied('decrypt');
}
