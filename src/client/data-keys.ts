import type { CryptoCalls } from './crypto-calls.js';
import type { EncryptionContext } from './encryption-context.js';
import { KeysteadError } from './keystead-error.js';

/** A data key lent for one message. The plaintext is the borrower's own copy, which it zeroes. */
export interface LentDataKey {
  readonly plaintext: Buffer;
  /** The wrapped form, to be stored with the data. */
  readonly ciphertext: Buffer;
  /** To be told how many bytes were encrypted beyond those announced. */
  count(bytes: number): void;
}

/** A data key that was wrapped. The plaintext is the caller's own copy, which it zeroes. */
export interface OpenedDataKey {
  readonly plaintext: Buffer;
  /** Under a version that is compromised: whoever has the key could have wrapped it. */
  readonly authentic?: false;
}

/** Where envelope encryption gets its data keys from. */
export interface DataKeySource {
  /** @param bytes how much will be encrypted, where that is known */
  forEncryption(key: string, context: EncryptionContext, bytes: number | undefined): Promise<LentDataKey>;
  /** @returns the key that `ciphertext` wraps */
  forDecryption(ciphertext: Buffer, context: EncryptionContext): Promise<OpenedDataKey>;
}

/** A new data key from the service for every message. */
export class FreshDataKeys implements DataKeySource {
  constructor(private readonly service: Pick<CryptoCalls, 'dataKey' | 'decrypt'>) {}

  async forEncryption(key: string, context: EncryptionContext): Promise<LentDataKey> {
    const { plaintext, ciphertext } = await this.service.dataKey(key, { bytes: 32, plaintext: true, context });
    return { plaintext: mustBeDataKey(plaintext), ciphertext, count: () => undefined };
  }

  async forDecryption(ciphertext: Buffer, context: EncryptionContext): Promise<OpenedDataKey> {
    const { plaintext, authentic } = await this.service.decrypt({ ciphertext, context });
    return { plaintext: mustBeDataKey(plaintext), ...(authentic === false ? { authentic } : {}) };
  }
}

function mustBeDataKey(plaintext: Buffer | undefined): Buffer {
  if (plaintext?.length === 32) return plaintext;
  throw new KeysteadError('unexpected-answer', 'The service did not answer with a data key of 32 bytes.');
}
