import type { KeyUsage } from '../../crypto/key-spec.js';
import { KmsError } from '../../errors.js';

/** @throws KmsError unsupported-operation */
export function mustBePublishable(usage: KeyUsage): void {
  if (usage === 'sign-verify') return;
  throw new KmsError(
    'unsupported-operation',
    `published: the JWKS lists signing keys only, and this key is for ${usage}`,
  );
}
