import type * as T from './crypto-types.js';

/** One operation on the wire. `In` and `Out` are what a caller gives and gets. */
export interface CryptoCall<In extends object, Out extends object> {
  /** The last part of the path. */
  readonly verb: string;
  /** The fields of the answer that are bytes (base64 on the wire). */
  readonly bytes: readonly (keyof Out & string)[];
  /** Only here so that the two types belong to the value. */
  readonly types?: (input: In) => Out;
}

/** The operations that exist singly and as batches. */
export const CALLS = {
  encrypt: call<T.EncryptInput, T.Encrypted>('encrypt', ['ciphertext']),
  decrypt: call<T.DecryptInput, T.Decrypted>('decrypt', ['plaintext']),
  reEncrypt: call<T.ReEncryptInput, T.ReEncrypted>('re-encrypt', ['ciphertext']),
  dataKey: call<T.DataKeyInput, T.DataKey>('data-key', ['plaintext', 'ciphertext']),
  dataKeyPair: call<T.DataKeyPairInput, T.DataKeyPair>('data-key-pair', ['publicKey', 'privateKey', 'ciphertext']),
  sign: call<T.SignInput, T.Signature>('sign', ['signature']),
  verify: call<T.VerifyInput, T.Verdict>('verify', []),
  mac: call<T.MacInput, T.Mac>('mac', ['mac']),
  verifyMac: call<T.VerifyMacInput, T.Verdict>('verify-mac', []),
  deriveSharedSecret: call<T.DeriveSharedSecretInput, T.SharedSecret>('derive-shared-secret', ['sharedSecret']),
  encapsulate: call<T.EncapsulateInput, T.Encapsulated>('encapsulate', ['sharedSecret', 'ciphertext']),
  decapsulate: call<T.DecapsulateInput, T.SharedSecret>('decapsulate', ['sharedSecret']),
  random: call<T.RandomInput, T.RandomBytes>('random', ['random']),
};

function call<In extends object, Out extends object>(
  verb: string,
  bytes: readonly (keyof Out & string)[],
): CryptoCall<In, Out> {
  return { verb, bytes };
}
