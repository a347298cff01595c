import { KmsError } from '../errors.js';
import { canonicalContext, type EncryptionContext } from '../keys/encryption-context.js';
import type { KeySnapshot } from '../keys/records.js';
import { loadVersion, mustBeFor } from './crypto-version.js';
import type { Resolved, UseOperation } from './operation.js';
import { findKey, needOnKey, subjectOfKey } from './resolve-key.js';
import { spendMessage } from './spend-message.js';

export const MAX_PLAINTEXT_BYTES = 64 * 1024;

export interface EncryptInput {
  readonly keyring: string;
  readonly key: string;
  readonly plaintext: Buffer;
  readonly context?: EncryptionContext;
  /** Only for RSA keys. */
  readonly algorithm?: string;
}

export interface EncryptOutput {
  readonly ciphertext: Buffer;
  readonly keyId: string;
  readonly version: number;
}

interface ResolvedKey extends Resolved {
  readonly snapshot: KeySnapshot;
}

export const encrypt: UseOperation<EncryptInput, ResolvedKey, EncryptOutput> = {
  name: 'encrypt',

  async resolve(deps, input, arrival) {
    const snapshot = await findKey(deps, input, 'encrypt', arrival);
    const { keyringId, primaryVersion } = snapshot.key;
    return {
      snapshot,
      needs: [needOnKey('encrypt', snapshot)],
      subject: subjectOfKey(snapshot, primaryVersion),
      scopes: [keyringId],
      basis: [snapshot],
    };
  },

  async run(deps, { snapshot }, { plaintext, context, algorithm }) {
    mustBeFor('encrypt-decrypt', snapshot);
    if (plaintext.length > MAX_PLAINTEXT_BYTES) {
      throw new KmsError(
        'payload-too-large',
        `plaintext: ${plaintext.length} bytes, at most ${MAX_PLAINTEXT_BYTES}; encrypt larger data locally under a data key (POST …/data-key, the client library, or keystead encrypt)`,
      );
    }
    const bound = canonicalContext(context);
    const { row, message, usable } = await loadVersion(deps, snapshot);
    const { id: keyId } = snapshot.key;
    const detail = context ? { context: Object.keys(context) } : {};
    if (usable?.cipher) {
      if (context && Object.keys(context).length > 0) {
        throw new KmsError('unsupported-operation', 'context: RSA-OAEP binds none; use a symmetric key');
      }
      const [standard = ''] = usable.cipher.algorithms;
      const ciphertext = await usable.cipher.encrypt(algorithm ?? standard, plaintext);
      return { output: { ciphertext, keyId, version: row.version }, detail };
    }
    if (!message) throw new KmsError('unsupported-operation', `a key of spec ${snapshot.key.spec} does not encrypt`);
    if (algorithm !== undefined) {
      throw new KmsError('invalid-request', 'algorithm: a symmetric key has one algorithm; leave it out');
    }
    await spendMessage(deps, snapshot, row.version);
    return { output: { ciphertext: message.seal('message', plaintext, bound), keyId, version: row.version }, detail };
  },
};
