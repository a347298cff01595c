import { KmsError } from '../../errors.js';
import { mustBeUsable } from '../../keys/key-states.js';
import { invalidCiphertext, type ParsedCiphertext } from '../../keys/ciphertext.js';
import { canonicalContext, type EncryptionContext } from '../../keys/encryption-context.js';
import type { KeySnapshot } from '../../keys/records.js';
import { loadVersion, mustBeFor } from '../crypto-version.js';
import type { Deps } from '../deps.js';

/** Said by the ciphertext's header, which is no secret. At most doors it is an invalid ciphertext like others. */
export class CiphertextOfAnotherKey extends KmsError {
  constructor() {
    const { code, detail } = invalidCiphertext();
    super(code, detail);
  }
}

/**
 * By the header, never by trial.
 * @param compromisedToo it was decided that the version opens although it is revoked
 * @returns the plaintext. @throws KmsError invalid-ciphertext, or named for the state
 */
export async function openCiphertext(
  deps: Deps,
  snapshot: KeySnapshot,
  parsed: ParsedCiphertext,
  context: EncryptionContext | undefined,
  compromisedToo: boolean,
): Promise<Buffer> {
  mustBeFor('encrypt-decrypt', snapshot);
  mustBeUsable(snapshot.key, deps.clock.now());
  const bound = canonicalContext(context);
  if (parsed.lineageId !== snapshot.key.lineageId) throw new CiphertextOfAnotherKey();
  if (!snapshot.versions[parsed.version - 1]) throw invalidCiphertext();
  const { message } = compromisedToo
    ? await deps.loaded.get(snapshot, parsed.version)
    : await loadVersion(deps, snapshot, parsed.version);
  if (!message) throw invalidCiphertext();
  return message.open(parsed, bound);
}
