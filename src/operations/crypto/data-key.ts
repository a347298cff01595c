import { ownBuffer } from '../../crypto/random.js';
import { KmsError } from '../../errors.js';
import { canonicalContext, type EncryptionContext } from '../../keys/encryption-context.js';
import { mustBeFor } from '../crypto-version.js';
import type { UseOperation } from '../operation.js';
import { spendMessage } from '../spend-message.js';
import { contextDetail } from './context-detail.js';
import { loadPrimary, mustSealMessages } from './load-for-use.js';
import { resolveKeyUse, type KeyUse, type KeyUseInput, type ResolvedKeyUse } from './resolve-key-use.js';

const LENGTHS = { least: 1, most: 1024, standard: 32 } as const;

export interface DataKeyInput extends KeyUseInput {
  /** 1 to 1,024, default 32. */
  readonly bytes?: number;
  /** false: only the wrapped form is answered. Default true. */
  readonly plaintext?: boolean;
  readonly context?: EncryptionContext;
}

export interface DataKeyOutput extends KeyUse {
  readonly plaintext?: Buffer;
  /** What decrypt opens, with the same context. */
  readonly ciphertext: Buffer;
}

/** New random bytes, wrapped under the key; never stored. */
export const dataKey: UseOperation<DataKeyInput, ResolvedKeyUse, DataKeyOutput> = {
  name: 'data-key',
  resolve: resolveKeyUse('data-key'),

  async run(deps, { snapshot }, { bytes = LENGTHS.standard, plaintext: wanted = true, context, version }) {
    mustBeFor('encrypt-decrypt', snapshot);
    if (!Number.isInteger(bytes) || bytes < LENGTHS.least || bytes > LENGTHS.most) {
      throw new KmsError('invalid-request', `bytes: a whole number from ${LENGTHS.least} to ${LENGTHS.most}`);
    }
    const bound = canonicalContext(context);
    const loaded = await loadPrimary(deps, snapshot, version);
    const message = mustSealMessages(loaded, snapshot);
    const counted = spendMessage(deps, snapshot, loaded.row);
    if (counted) await counted;
    const plaintext = ownBuffer(bytes);
    const ciphertext = message.seal('data-key', plaintext, bound);
    if (!wanted) plaintext.fill(0);
    return {
      output: {
        ...(wanted ? { plaintext } : {}),
        ciphertext,
        keyId: snapshot.key.id,
        version: loaded.row.version,
      },
      detail: { ...(await contextDetail(deps, context)), bytes, plaintext: wanted },
    };
  },
};
