import { Controller, Inject } from '@nestjs/common';
import { dataKeyPair, type DataKeyPairInput } from '../../operations/crypto/data-key-pair.js';
import { dataKey, type DataKeyInput } from '../../operations/crypto/data-key.js';
import { decrypt, type DecryptInput } from '../../operations/crypto/decrypt.js';
import { encrypt, type EncryptInput } from '../../operations/crypto/encrypt.js';
import { reEncrypt, type ReEncryptInput } from '../../operations/crypto/re-encrypt.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call, Each } from './call.js';
import { EachEndpoint } from './endpoint.js';
import { useEach } from './perform-call.js';
import { dataKeyAnswer, dataKeyPairAnswer, decrypted, encrypted, reEncrypted } from './schemas/crypto-answers.js';
import { dataKeyBody, dataKeyPairBody, decryptBody, encryptBody, reEncryptBody } from './schemas/crypto.js';
import { IN_KEY, IN_KEYRING } from './schemas/paths.js';

@Controller(`${API}/keyrings/:keyring`)
export class EncryptionController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @EachEndpoint('encrypt', {
    method: 'POST',
    path: 'keys/:key/encrypt',
    params: IN_KEY,
    body: encryptBody,
    answer: encrypted,
    summary: 'Encrypt under a key',
  })
  async encrypt(call: Call<Each<EncryptInput>>) {
    return useEach(this.kms, encrypt, call);
  }

  @EachEndpoint('decrypt', {
    method: 'POST',
    path: 'keys/:key/decrypt',
    params: IN_KEY,
    body: decryptBody,
    answer: decrypted,
    summary: 'Decrypt what this key encrypted',
    description: "Another key's ciphertext is refused.",
  })
  async decrypt(call: Call<Each<DecryptInput>>) {
    return useEach(this.kms, decrypt, call);
  }

  @EachEndpoint('decrypt', {
    method: 'POST',
    path: 'decrypt',
    params: IN_KEYRING,
    body: decryptBody,
    answer: decrypted,
    summary: 'Decrypt by what the ciphertext says',
    description: 'The header of a ciphertext names its key and version. RSA ciphertexts have none: name the key.',
  })
  async decryptByHeader(call: Call<Each<DecryptInput>>) {
    return useEach(this.kms, decrypt, call);
  }

  @EachEndpoint('re-encrypt', {
    method: 'POST',
    path: 'keys/:key/re-encrypt',
    params: IN_KEY,
    body: reEncryptBody,
    answer: reEncrypted,
    summary: 'Move a ciphertext to this key',
    description: 'The plaintext never leaves the service. Needs encrypt here, and decrypt on the key it comes from.',
  })
  async reEncrypt(call: Call<Each<ReEncryptInput>>) {
    return useEach(this.kms, reEncrypt, call);
  }

  @EachEndpoint('data-key', {
    method: 'POST',
    path: 'keys/:key/data-key',
    params: IN_KEY,
    body: dataKeyBody,
    answer: dataKeyAnswer,
    summary: 'Make a data key',
    description: 'For local encryption: the key itself, and the same wrapped. It is not stored.',
  })
  async dataKey(call: Call<Each<DataKeyInput>>) {
    return useEach(this.kms, dataKey, call);
  }

  @EachEndpoint('data-key-pair', {
    method: 'POST',
    path: 'keys/:key/data-key-pair',
    params: IN_KEY,
    body: dataKeyPairBody,
    answer: dataKeyPairAnswer,
    summary: 'Make a key pair, its private key wrapped',
  })
  async dataKeyPair(call: Call<Each<DataKeyPairInput>>) {
    return useEach(this.kms, dataKeyPair, call);
  }
}
