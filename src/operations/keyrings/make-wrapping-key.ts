import { ownBuffer } from '../../crypto/random.js';
import { Secret } from '../../crypto/secret.js';
import type { WrappingKeyRow } from '../../keys/records.js';
import type { WrappedObject } from '../../keys/wrapped-object.js';
import type { KeyringSecrets } from '../keyring-secrets.js';

/** A new version of a keyring's wrapping key: 32 random bytes that only the root can open. @throws KmsError root-unavailable */
export async function makeWrappingKey(
  secrets: KeyringSecrets,
  keyringId: string,
  version: number,
  createdAt: Date,
): Promise<{ readonly wrappingKey: Omit<WrappingKeyRow, 'revision'>; readonly wrapped: readonly WrappedObject[] }> {
  const secret = new Secret(ownBuffer(32));
  try {
    const wrapped = await secrets.wrap({ kind: 'wrapping', scopeId: keyringId, version }, secret);
    return { wrappingKey: { keyringId, version, state: 'primary', createdAt }, wrapped };
  } finally {
    secret.destroy();
  }
}
