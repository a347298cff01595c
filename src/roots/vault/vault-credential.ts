import type { Secret } from '../../crypto/secret.js';
import { KmsError } from '../../errors.js';
import type { RootSettings } from '../root-settings.js';

/** How Keystead proves itself to Vault. */
export type VaultCredential =
  | { readonly kind: 'token'; readonly token: Secret }
  | { readonly kind: 'approle'; readonly mount: string; readonly roleId: string; readonly secretId: Secret };

/** @throws KmsError invalid-setting unless exactly one way is set, in characters that a header can carry */
export function vaultCredential(settings: RootSettings): VaultCredential {
  const { vaultToken: token, vaultRoleId: roleId, vaultSecretId: secretId } = settings;
  if (token && !roleId && !secretId) {
    mustBePrintable(token, 'token');
    return { kind: 'token', token };
  }
  if (!token && roleId && secretId) {
    mustBePrintable(secretId, 'secret id');
    return { kind: 'approle', mount: settings.vaultAppRoleMount ?? 'approle', roleId, secretId };
  }
  throw new KmsError(
    'invalid-setting',
    'A Vault root key needs either a token or an AppRole (role id and secret id), not both and not half of one. Set one',
  );
}

function mustBePrintable({ bytes }: Secret, what: string): void {
  if (bytes.length === 0 || bytes.some((byte) => byte <= 0x20 || byte >= 0x7f)) {
    throw new KmsError(
      'invalid-setting',
      `The Vault ${what} is empty or holds a space, a line end or a character beyond ASCII. Set it again without them`,
    );
  }
}
