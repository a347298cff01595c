import { Controller, Inject } from '@nestjs/common';
import { createAccessKey, type CreateAccessKeyInput } from '../../operations/access/create-access-key.js';
import { listAccessKeys } from '../../operations/access/list-access-keys.js';
import type { ListTokensInput } from '../../operations/access/list-tokens.js';
import { revokeAccessKey, type RevokeAccessKeyInput } from '../../operations/access/revoke-access-key.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import { createAccessKeyBody, listedAccessKeyAnswer, newAccessKeyAnswer } from './schemas/access-keys.js';
import { PAGE, pageOf } from './schemas/paging.js';
import { IN_ACCESS_KEY, IN_CALLER } from './schemas/paths.js';

@Controller(`${API}/callers/:caller/access-keys`)
export class AccessKeysController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('access-key.create', {
    method: 'POST',
    params: IN_CALLER,
    body: createAccessKeyBody,
    status: 201,
    answer: newAccessKeyAnswer,
    idempotent: true,
    summary: 'Make an access key for a caller',
    description: 'To sign requests at the AWS door. The secret is shown this once.',
  })
  async create(call: Call<CreateAccessKeyInput>) {
    return change(this.kms, createAccessKey, call);
  }

  @Endpoint('access-key.list', {
    method: 'GET',
    params: IN_CALLER,
    query: PAGE,
    answer: pageOf(listedAccessKeyAnswer),
    summary: 'List the access keys of a caller',
  })
  async list(call: Call<ListTokensInput>) {
    return use(this.kms, listAccessKeys, call);
  }

  @Endpoint('access-key.revoke', {
    method: 'DELETE',
    path: ':accessKey',
    params: IN_ACCESS_KEY,
    status: 204,
    summary: 'Revoke an access key',
    description: 'At once, on every node.',
  })
  async revoke(call: Call<RevokeAccessKeyInput>): Promise<void> {
    await change(this.kms, revokeAccessKey, call);
  }
}
