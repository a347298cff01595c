import { randomBytes } from 'node:crypto';
import { Secret } from '../../crypto/secret.js';
import type { KeyringRow } from '../../keys/records.js';
import { RowSeal } from '../../keys/row-seal.js';
import { uuidv7 } from '../../keys/uuid.js';
import type { Change } from '../../ledger/ledger.js';
import type { KeyringSecrets } from '../keyring-secrets.js';

/** A new keyring with its own integrity key and its first wrapping key, both wrapped by the root. */
export async function addKeyring(
  change: Change,
  secrets: KeyringSecrets,
  input: { readonly name: string; readonly description: string },
  now: Date,
): Promise<Omit<KeyringRow, 'revision'>> {
  const id = uuidv7();
  const integrity = new Secret(randomBytes(32));
  const wrapping = new Secret(randomBytes(32));
  for (const wrapped of await secrets.wrap({ kind: 'integrity', scopeId: id, version: 1 }, integrity))
    change.putWrapped(wrapped);
  for (const wrapped of await secrets.wrap({ kind: 'wrapping', scopeId: id, version: 1 }, wrapping))
    change.putWrapped(wrapped);
  change.openScope(id, new RowSeal(id, integrity, 1));
  integrity.destroy();
  wrapping.destroy();
  const keyring = { id, ...input, state: 'enabled', wrappingVersion: 1, createdAt: now, destroyedAt: null } as const;
  change.put('keyring', keyring);
  change.put('wrapping_key', { keyringId: id, version: 1, state: 'primary', createdAt: now });
  return keyring;
}
