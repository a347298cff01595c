import { Controller, Inject } from '@nestjs/common';
import { createKeyring, type CreateKeyringInput } from '../../operations/keyrings/create-keyring.js';
import { destroyKeyring } from '../../operations/keyrings/destroy-keyring.js';
import { getKeyring } from '../../operations/keyrings/get-keyring.js';
import { getRewrapStatus } from '../../operations/keyrings/get-rewrap-status.js';
import { listKeyrings } from '../../operations/keyrings/list-keyrings.js';
import type { KeyringInput } from '../../operations/keyrings/resolve-keyring.js';
import { updateKeyring, type UpdateKeyringInput } from '../../operations/keyrings/update-keyring.js';
import { rewrapKeyring } from '../../operations/keyrings/rewrap-keyring.js';
import { Kms } from '../../operations/kms.js';
import type { PageInput } from '../../operations/paging.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import { createKeyringBody, keyringAnswer, rewrapAnswer, updateKeyringBody } from './schemas/keyrings.js';
import { PAGE, pageOf } from './schemas/paging.js';
import { IN_KEYRING } from './schemas/paths.js';

@Controller(`${API}/keyrings`)
export class KeyringsController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('keyring.create', {
    method: 'POST',
    body: createKeyringBody,
    status: 201,
    answer: keyringAnswer,
    idempotent: true,
    summary: 'Make a keyring',
  })
  async create(call: Call<CreateKeyringInput>) {
    return change(this.kms, createKeyring, call);
  }

  @Endpoint('keyring.list', { method: 'GET', query: PAGE, answer: pageOf(keyringAnswer), summary: 'List the keyrings' })
  async list(call: Call<PageInput>) {
    return use(this.kms, listKeyrings, call);
  }

  @Endpoint('keyring.describe', {
    method: 'GET',
    path: ':keyring',
    params: IN_KEYRING,
    answer: keyringAnswer,
    summary: 'Describe a keyring',
  })
  async get(call: Call<KeyringInput>) {
    return use(this.kms, getKeyring, call);
  }

  @Endpoint('keyring.update', {
    method: 'PATCH',
    path: ':keyring',
    params: IN_KEYRING,
    body: updateKeyringBody,
    answer: keyringAnswer,
    summary: 'Change the description or the settings of a keyring',
    description: 'What is not given stays. All but the description are guarded settings.',
  })
  async update(call: Call<UpdateKeyringInput>) {
    return change(this.kms, updateKeyring, call);
  }

  @Endpoint('keyring.destroy', {
    method: 'DELETE',
    path: ':keyring',
    params: IN_KEYRING,
    status: 204,
    summary: 'Destroy a keyring',
    description:
      'For ever: nothing that was encrypted under its keys can be opened again. Refused while keys are enabled.',
  })
  async destroy(call: Call<KeyringInput>): Promise<void> {
    await change(this.kms, destroyKeyring, call);
  }

  @Endpoint('keyring.rewrap', {
    method: 'POST',
    path: ':keyring/rewrap',
    params: IN_KEYRING,
    answer: rewrapAnswer,
    idempotent: true,
    summary: 'Wrap all materials of a keyring anew',
    description:
      'Makes a new wrapping key and moves every material to it in the background; the old one is then destroyed.',
  })
  async rewrap(call: Call<KeyringInput>) {
    return change(this.kms, rewrapKeyring, call);
  }

  @Endpoint('keyring.describe', {
    method: 'GET',
    path: ':keyring/rewrap',
    params: IN_KEYRING,
    answer: rewrapAnswer,
    summary: 'How far the last rewrap is',
  })
  async rewrapStatus(call: Call<KeyringInput>) {
    return use(this.kms, getRewrapStatus, call);
  }
}
