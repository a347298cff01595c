import type { KeySpec, KeyUsage } from '../../crypto/key-spec.js';
import { publicKeyPem, type PublicJwk } from '../../crypto/public-key.js';
import { KmsError } from '../../errors.js';
import { versionFor } from '../crypto-version.js';
import type { UseOperation } from '../operation.js';
import { jwkOf } from './jwk-of.js';
import { resolveKeyUse, type KeyUse, type KeyUseInput, type ResolvedKeyUse } from './resolve-key-use.js';

export interface PublicKeyInput extends KeyUseInput {
  /** Every form is answered whatever is asked for. */
  readonly format?: 'pem' | 'der' | 'jwk';
}

export interface PublicKeyOutput extends KeyUse {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
  readonly pem: string;
  readonly jwk: PublicJwk;
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
}

/** Of a version that may be used: whoever asks is about to rely on it. */
export const publicKey: UseOperation<PublicKeyInput, ResolvedKeyUse, PublicKeyOutput> = {
  name: 'key.public',
  resolve: resolveKeyUse('key.public'),

  run(deps, { snapshot }, { version }) {
    const { key } = snapshot;
    const row = versionFor(deps, snapshot, version);
    if (!row.publicKey) {
      throw new KmsError('unsupported-operation', `a key of spec ${key.spec} has no public key`);
    }
    return {
      output: {
        publicKey: row.publicKey,
        pem: publicKeyPem(row.publicKey),
        jwk: jwkOf(key, row.version, row.publicKey),
        spec: key.spec,
        usage: key.usage,
        keyId: key.id,
        version: row.version,
      },
    };
  },
};
