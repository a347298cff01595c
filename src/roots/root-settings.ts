import type { Secret } from '../crypto/secret.js';
import type { FileSeal } from './local/sealed-file.js';

/** What the providers need besides the URI. The config room fills it: nothing here reads the environment. */
export interface RootSettings {
  /** Absolute path of the data directory; a relative `local:` path starts here. */
  readonly dataDir: string;
  /** Opens a `passphrase:` root. */
  readonly rootPassphrase?: Secret | undefined;
  /** What opens the `shamir:` roots that were unsealed, by their URIs. */
  readonly unsealed?: ReadonlyMap<string, FileSeal> | undefined;
  /** Logs in to the token of a `pkcs11:` root, UTF-8. */
  readonly pkcs11Pin?: Secret | undefined;
  /** A Vault token, UTF-8. Either this or role id and secret id. */
  readonly vaultToken?: Secret | undefined;
  /** AppRole login (auth/approle). */
  readonly vaultRoleId?: string | undefined;
  /** UTF-8. */
  readonly vaultSecretId?: Secret | undefined;
  /** Where AppRole is mounted. Default `approle`. */
  readonly vaultAppRoleMount?: string | undefined;
  /** Sent as X-Vault-Namespace. */
  readonly vaultNamespace?: string | undefined;
  /** PEM text of the certificate authorities that may vouch for Vault, in place of the system's. */
  readonly vaultCaCert?: string | undefined;
  /** Milliseconds for one request, from the look-up of the name to the last byte of the answer. Default 5000. */
  readonly vaultTimeoutMs?: number | undefined;
  /** Allows `vault+http://` to hosts other than this machine. Default false. */
  readonly vaultAllowHttp?: boolean | undefined;
}
