import type { CryptoCalls } from './crypto-calls.js';
import type { EncryptionContext } from './encryption-context.js';
import { decodeFileHeader, encodeFileHeader } from './file-header.js';
import { KeysteadError } from './keystead-error.js';
import { asBuffer } from './wire.js';

export interface RewrappedHeader {
  /** The header's length so far: where the body starts. */
  readonly oldBytes: number;
  /** To be put before the body instead. */
  readonly header: Buffer;
  readonly keyId: string;
  readonly version: number;
  /** It was under a version that is compromised: whoever has the key could have made the file. */
  readonly authentic?: false;
}

/** @throws KeysteadError invalid-ciphertext if `start` holds no whole header, or was made with another context */
export async function rewrapHeader(
  service: Pick<CryptoCalls, 'reEncrypt'>,
  start: Uint8Array,
  key: string,
  context: EncryptionContext,
): Promise<RewrappedHeader> {
  const old = decodeFileHeader(asBuffer(start));
  if (old === undefined)
    throw new KeysteadError('invalid-ciphertext', 'The encrypted file is cut short: its header is not whole.');
  const { ciphertext, keyId, version, authentic } = await service.reEncrypt(key, {
    ciphertext: old.wrappedKey,
    context,
    newContext: context,
  });
  const marked = authentic === false ? { authentic } : {};
  return { oldBytes: old.bytes, header: encodeFileHeader(ciphertext), keyId, version, ...marked };
}
