import { Controller, Inject } from '@nestjs/common';
import { decapsulate, type DecapsulateInput } from '../../operations/crypto/decapsulate.js';
import { deriveSharedSecret, type DeriveSharedSecretInput } from '../../operations/crypto/derive-shared-secret.js';
import { encapsulate } from '../../operations/crypto/encapsulate.js';
import type { KeyUseInput } from '../../operations/crypto/resolve-key-use.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call, Each } from './call.js';
import { EachEndpoint } from './endpoint.js';
import { useEach } from './perform-call.js';
import { encapsulated, sharedSecret } from './schemas/crypto-answers.js';
import { decapsulateBody, deriveSharedSecretBody, encapsulateBody } from './schemas/crypto.js';
import { IN_KEY } from './schemas/paths.js';

@Controller(`${API}/keyrings/:keyring/keys/:key`)
export class AgreementController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @EachEndpoint('derive-shared-secret', {
    method: 'POST',
    path: 'derive-shared-secret',
    params: IN_KEY,
    body: deriveSharedSecretBody,
    answer: sharedSecret,
    summary: 'Agree on a secret with the holder of another key (ECDH)',
  })
  async deriveSharedSecret(call: Call<Each<DeriveSharedSecretInput>>) {
    return useEach(this.kms, deriveSharedSecret, call);
  }

  @EachEndpoint('encapsulate', {
    method: 'POST',
    path: 'encapsulate',
    params: IN_KEY,
    body: encapsulateBody,
    answer: encapsulated,
    summary: 'Make a secret for the holder of this key (ML-KEM)',
  })
  async encapsulate(call: Call<Each<KeyUseInput>>) {
    return useEach(this.kms, encapsulate, call);
  }

  @EachEndpoint('decapsulate', {
    method: 'POST',
    path: 'decapsulate',
    params: IN_KEY,
    body: decapsulateBody,
    answer: sharedSecret,
    summary: 'Open what was encapsulated',
    description: 'A ciphertext of another key gives another secret, not an error (FIPS 203).',
  })
  async decapsulate(call: Call<Each<DecapsulateInput>>) {
    return useEach(this.kms, decapsulate, call);
  }
}
