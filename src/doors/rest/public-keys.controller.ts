import { Controller, Inject } from '@nestjs/common';
import { jwks } from '../../operations/crypto/jwks.js';
import { publicKey, type PublicKeyInput } from '../../operations/crypto/public-key.js';
import { DEPS, type Deps } from '../../operations/deps.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call, PublicCall } from './call.js';
import { Endpoint, PublicEndpoint } from './endpoint.js';
import { use } from './perform-call.js';
import { jwksAnswer, publicKeyAnswer, publicKeyQuery } from './schemas/key-material.js';
import { IN_KEY, IN_KEYRING } from './schemas/paths.js';

@Controller()
export class PublicKeysController {
  constructor(
    @Inject(Kms) private readonly kms: Kms,
    @Inject(DEPS) private readonly deps: Deps,
  ) {}

  @Endpoint('key.public', {
    method: 'GET',
    path: `${API}/keyrings/:keyring/keys/:key/public-key`,
    params: IN_KEY,
    query: publicKeyQuery,
    answer: publicKeyAnswer,
    summary: 'The public key of an asymmetric key',
  })
  async get(call: Call<PublicKeyInput>) {
    return use(this.kms, publicKey, call);
  }

  @PublicEndpoint({
    method: 'GET',
    path: '.well-known/:keyring/jwks.json',
    params: IN_KEYRING,
    answer: jwksAnswer,
    summary: 'The published signing keys of a keyring (RFC 7517)',
  })
  async jwks({ input, reply }: PublicCall<{ readonly keyring: string }>) {
    void reply.type('application/jwk-set+json');
    return jwks(this.deps, input.keyring);
  }
}
