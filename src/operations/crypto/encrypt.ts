import type { AsymmetricCipher } from '../../crypto/algorithm.js';
import { KmsError } from '../../errors.js';
import { canonicalContext, type EncryptionContext } from '../../keys/encryption-context.js';
import { mustBeFor } from '../crypto-version.js';
import type { UseOperation } from '../operation.js';
import { spendMessage } from '../spend-message.js';
import { contextDetail } from './context-detail.js';
import { loadPrimary, mustSealMessages } from './load-for-use.js';
import { resolveKeyUse, type KeyUse, type KeyUseInput, type ResolvedKeyUse } from './resolve-key-use.js';

export const MAX_PLAINTEXT_BYTES = 64 * 1024;

export interface EncryptInput extends KeyUseInput {
  readonly plaintext: Buffer;
  readonly context?: EncryptionContext;
  /** Of an RSA key; a symmetric one has `symmetric-default` alone. */
  readonly algorithm?: string;
}

export interface EncryptOutput extends KeyUse {
  readonly ciphertext: Buffer;
}

export const encrypt: UseOperation<EncryptInput, ResolvedKeyUse, EncryptOutput> = {
  name: 'encrypt',
  resolve: resolveKeyUse('encrypt'),

  async run(deps, { snapshot }, { plaintext, context, algorithm, version }) {
    mustBeFor('encrypt-decrypt', snapshot);
    if (plaintext.length > MAX_PLAINTEXT_BYTES) {
      throw new KmsError(
        'payload-too-large',
        `plaintext: ${plaintext.length} bytes, at most ${MAX_PLAINTEXT_BYTES}; encrypt larger data locally under a data key (POST …/data-key, the client library, or keystead encrypt)`,
      );
    }
    const bound = canonicalContext(context);
    const loaded = await loadPrimary(deps, snapshot, version);
    const use = { keyId: snapshot.key.id, version: loaded.row.version };
    const cipher = loaded.usable?.cipher;
    if (cipher) {
      mustBindNothing(context);
      const used = cipherAlgorithm(cipher, algorithm);
      return { output: { ciphertext: await cipher.encrypt(used, plaintext), ...use }, detail: { algorithm: used } };
    }
    const message = mustSealMessages(loaded, snapshot);
    mustNameNoAlgorithm(algorithm);
    const counted = spendMessage(deps, snapshot, loaded.row);
    if (counted) await counted;
    const ciphertext = message.seal('message', plaintext, bound);
    return { output: { ciphertext, ...use }, detail: await contextDetail(deps, context) };
  },
};

/** The named one, which the cipher itself checks, or its first. */
export function cipherAlgorithm({ algorithms: [standard = ''] }: AsymmetricCipher, named: string | undefined): string {
  return named ?? standard;
}

/** @throws KmsError unsupported-operation */
export function mustBindNothing(context: EncryptionContext | undefined): void {
  if (context === undefined || Object.keys(context).length === 0) return;
  throw new KmsError('unsupported-operation', 'context: RSA-OAEP binds none; use a symmetric key');
}

/** @throws KmsError invalid-request */
export function mustNameNoAlgorithm(algorithm: string | undefined): void {
  if (algorithm === undefined || algorithm === 'symmetric-default') return;
  throw new KmsError('invalid-request', 'algorithm: a symmetric key has one algorithm; leave it out');
}
