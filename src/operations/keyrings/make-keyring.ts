import { Secret } from '../../crypto/secret.js';
import { ownBuffer } from '../../crypto/random.js';
import { RowSeal } from '../../keys/row-seal.js';
import { uuidv7 } from '../../keys/uuid.js';
import type { WrappedObject } from '../../keys/wrapped-object.js';
import type { KeyringRow, WrappingKeyRow } from '../../keys/records.js';
import type { Change } from '../../ledger/ledger.js';
import type { KeyringSecrets } from '../keyring-secrets.js';
import { makeWrappingKey } from './make-wrapping-key.js';

/** A keyring with its integrity key and its first wrapping key, not written anywhere yet. */
export interface MadeKeyring {
  readonly keyring: Omit<KeyringRow, 'revision'>;
  readonly wrappingKey: Omit<WrappingKeyRow, 'revision'>;
  readonly seal: RowSeal;
  readonly wrapped: readonly WrappedObject[];
}

/** @throws KmsError root-unavailable */
export async function makeKeyring(
  secrets: KeyringSecrets,
  { name, description }: Pick<KeyringRow, 'name' | 'description'>,
  createdAt: Date,
): Promise<MadeKeyring> {
  const id = uuidv7();
  const integrityKey = new Secret(ownBuffer(32));
  try {
    const seal = new RowSeal(id, integrityKey, 1);
    const wrappedIntegrity = await secrets.wrap({ kind: 'integrity', scopeId: id, version: 1 }, integrityKey);
    const { wrappingKey, wrapped } = await makeWrappingKey(secrets, id, 1, createdAt);
    return {
      keyring: { id, name, description, state: 'enabled', wrappingVersion: 1, createdAt, destroyedAt: null },
      wrappingKey,
      seal,
      wrapped: [...wrappedIntegrity, ...wrapped],
    };
  } finally {
    integrityKey.destroy();
  }
}

/** In a change that takes the install's scope. */
export function putKeyring(change: Change, made: MadeKeyring): void {
  change.openScope(made.keyring.id, made.seal);
  change.put('keyring', made.keyring);
  change.put('wrapping_key', made.wrappingKey);
  for (const wrapped of made.wrapped) change.putWrapped(wrapped);
}
