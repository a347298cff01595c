import { Secret } from '../../crypto/secret.js';
import { KmsError } from '../../errors.js';
import type { RootSettings } from '../root-settings.js';
import { Pkcs11RootKey } from './pkcs11-root-key.js';
import { parsePkcs11Uri } from './pkcs11-uri.js';

/**
 * Prepares a root key in an HSM; the first call, not this one, starts its library and logs in.
 * @param uri see `parsePkcs11Uri`
 * @throws KmsError invalid-setting
 */
export async function openPkcs11RootKey(uri: string, { pkcs11Pin }: RootSettings): Promise<Pkcs11RootKey> {
  const address = parsePkcs11Uri(uri);
  if (!pkcs11Pin) throw new KmsError('invalid-setting', 'KEYSTEAD_PKCS11_PIN: must be set for a root key of pkcs11:');
  return new Pkcs11RootKey(address, new Secret(Buffer.from(pkcs11Pin.bytes)));
}
