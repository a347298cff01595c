import { KmsError } from '../errors.js';
import { openLocalRootKey } from './local/open-local-root-key.js';
import { openPassphraseRootKey, openShamirRootKey } from './local/open-sealed-root-key.js';
import { openPkcs11RootKey } from './pkcs11/open-pkcs11-root-key.js';
import type { RootKey } from './root-key.js';
import type { RootSettings } from './root-settings.js';
import { openVaultRootKey } from './vault/open-vault-root-key.js';

type OpenRootKey = (uri: string, settings: RootSettings) => Promise<RootKey>;

/** Every root provider, by the scheme of its URI. */
const PROVIDERS: ReadonlyMap<string, OpenRootKey> = new Map<string, OpenRootKey>([
  ['local', openLocalRootKey],
  ['passphrase', openPassphraseRootKey],
  ['shamir', openShamirRootKey],
  ['pkcs11', openPkcs11RootKey],
  ['vault+https', openVaultRootKey],
  ['vault+http', openVaultRootKey],
]);

/**
 * Opens the root key that `uri` names. Nothing is ever made on the fly: what is missing is a refusal.
 * @param uri `local:`, `local:<path>`, `passphrase:<path>`, `shamir:<path>`, `pkcs11:token=<label>;object=<label>?module-path=<library>`, `vault+https://<host>:<port>/<mount>/<key>`
 * @throws KmsError invalid-setting, without any part of the URI that could be a secret; wrong-root-key for a damaged file, sealed
 */
export async function openRootKey(uri: string, settings: RootSettings): Promise<RootKey> {
  const open = PROVIDERS.get(schemeOf(uri));
  if (!open) {
    throw new KmsError(
      'invalid-setting',
      `The root key URI has no known scheme. Use one of: ${[...PROVIDERS.keys()].map((scheme) => `${scheme}:`).join(', ')}`,
    );
  }
  return open(uri, settings);
}

function schemeOf(uri: string): string {
  return uri.slice(0, Math.max(0, uri.indexOf(':'))).toLowerCase();
}
