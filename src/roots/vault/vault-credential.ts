import type { Secret } from '../../crypto/secret.js';
import { KmsError } from '../../errors.js';
import type { RootSettings } from '../root-settings.js';

/** How Keystead proves itself to Vault. */
export type VaultCredential =
  | { readonly kind: 'token'; readonly token: Secret }
  | { readonly kind: 'approle'; readonly mount: string; readonly roleId: string; readonly secretId: Secret };

/** @throws KmsError invalid-setting unless exactly one way is set */
export function vaultCredential(settings: RootSettings): VaultCredential {
  const { vaultToken: token, vaultRoleId: roleId, vaultSecretId: secretId } = settings;
  if (token && !roleId && !secretId) return { kind: 'token', token };
  if (!token && roleId && secretId) {
    return { kind: 'approle', mount: settings.vaultAppRoleMount ?? 'approle', roleId, secretId };
  }
  throw new KmsError(
    'invalid-setting',
    'A Vault root key needs either a token or an AppRole (role id and secret id), not both and not half of one',
  );
}
