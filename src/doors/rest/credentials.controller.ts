import { Controller, Inject } from '@nestjs/common';
import { createCredential, type CreateCredentialInput } from '../../operations/access/create-credential.js';
import { listCredentials, type ListCredentialsInput } from '../../operations/access/list-credentials.js';
import { revokeCredential, type RevokeCredentialInput } from '../../operations/access/revoke-credential.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import { createCredentialBody, credentialAnswer, listedCredentialAnswer } from './schemas/credentials.js';
import { PAGE, pageOf } from './schemas/paging.js';
import { IN_CALLER, IN_CREDENTIAL } from './schemas/paths.js';

@Controller(`${API}/callers/:caller/credentials`)
export class CredentialsController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('credential.create', {
    method: 'POST',
    params: IN_CALLER,
    body: createCredentialBody,
    status: 201,
    answer: credentialAnswer,
    idempotent: true,
    summary: 'Let a caller in by certificates or JWTs',
    description: 'A client certificate by SPIFFE id, DNS name or public key; a JWT by issuer, subject and claims.',
  })
  async create(call: Call<CreateCredentialInput>) {
    return change(this.kms, createCredential, call);
  }

  @Endpoint('credential.list', {
    method: 'GET',
    params: IN_CALLER,
    query: PAGE,
    answer: pageOf(listedCredentialAnswer),
    summary: 'List the credentials of a caller',
    description: 'Of every kind, tokens too.',
  })
  async list(call: Call<ListCredentialsInput>) {
    return use(this.kms, listCredentials, call);
  }

  @Endpoint('credential.revoke', {
    method: 'DELETE',
    path: ':credential',
    params: IN_CREDENTIAL,
    status: 204,
    summary: 'Revoke a credential',
    description: 'Of any kind; at once, on every node.',
  })
  async revoke(call: Call<RevokeCredentialInput>): Promise<void> {
    await change(this.kms, revokeCredential, call);
  }
}
