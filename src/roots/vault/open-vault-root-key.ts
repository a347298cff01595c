import { KmsError } from '../../errors.js';
import type { RootSettings } from '../root-settings.js';
import { parseVaultAddress } from './vault-address.js';
import { vaultCredential } from './vault-credential.js';
import { VaultRootKey } from './vault-root-key.js';
import { VaultSession } from './vault-session.js';

const DEFAULT_TIMEOUT_MS = 5000;

/**
 * Prepares a Vault root key; the first call, not this one, connects, so that a service can start and report that Vault
 * is down.
 * @param uri see `parseVaultAddress`
 * @throws KmsError invalid-setting
 */
export async function openVaultRootKey(uri: string, settings: RootSettings): Promise<VaultRootKey> {
  const { vaultNamespace: namespace, vaultCaCert: caCert, vaultTimeoutMs: timeoutMs = DEFAULT_TIMEOUT_MS } = settings;
  const address = parseVaultAddress(uri, settings.vaultAllowHttp ?? false, namespace);
  if (caCert !== undefined && !caCert.includes('-----BEGIN CERTIFICATE-----')) {
    throw new KmsError(
      'invalid-setting',
      'The CA certificate for Vault must be PEM text (-----BEGIN CERTIFICATE-----)',
    );
  }
  const server = { endpoint: address.endpoint, namespace, caCert, timeoutMs };
  return new VaultRootKey(address, new VaultSession(server, vaultCredential(settings)));
}
