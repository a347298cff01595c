import { Controller, Inject } from '@nestjs/common';
import { createKey, type CreateKeyInput } from '../../operations/keys/create-key.js';
import { cancelKeyDestruction } from '../../operations/keys/cancel-key-destruction.js';
import { disableKey } from '../../operations/keys/disable-key.js';
import { enableKey } from '../../operations/keys/enable-key.js';
import type { KeyInput } from '../../operations/keys/get-key.js';
import { listKeys, type ListKeysInput } from '../../operations/keys/list-keys.js';
import { revokeKey, type RevokeKeyInput } from '../../operations/keys/revoke-key.js';
import { rotateKey } from '../../operations/keys/rotate-key.js';
import {
  scheduleKeyDestruction,
  type ScheduleKeyDestructionInput,
} from '../../operations/keys/schedule-key-destruction.js';
import { updateKey, type UpdateKeyInput } from '../../operations/keys/update-key.js';
import { Kms } from '../../operations/kms.js';
import { getKeyWithPolicy } from '../../operations/policies/get-key-with-policy.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import {
  createKeyBody,
  keyAnswer,
  listKeysQuery,
  revokeKeyBody,
  scheduleDestructionBody,
  updateKeyBody,
} from './schemas/keys.js';
import { pageOf } from './schemas/paging.js';
import { IN_KEY, IN_KEYRING } from './schemas/paths.js';
import { keyWithPolicyAnswer } from './schemas/policies.js';

@Controller(`${API}/keyrings/:keyring/keys`)
export class KeysController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('key.create', {
    method: 'POST',
    params: IN_KEYRING,
    body: createKeyBody,
    status: 201,
    answer: keyAnswer,
    idempotent: true,
    summary: 'Make a key',
  })
  async create(call: Call<CreateKeyInput>) {
    return change(this.kms, createKey, call);
  }

  @Endpoint('key.list', {
    method: 'GET',
    params: IN_KEYRING,
    query: listKeysQuery,
    answer: pageOf(keyAnswer),
    summary: 'List the keys of a keyring',
  })
  async list(call: Call<ListKeysInput>) {
    return use(this.kms, listKeys, call);
  }

  @Endpoint('key.describe', {
    method: 'GET',
    path: ':key',
    params: IN_KEY,
    answer: keyWithPolicyAnswer,
    summary: 'Describe a key',
  })
  async get(call: Call<KeyInput>) {
    return use(this.kms, getKeyWithPolicy, call);
  }

  @Endpoint('key.update', {
    method: 'PATCH',
    path: ':key',
    params: IN_KEY,
    body: updateKeyBody,
    answer: keyAnswer,
    summary: 'Change name, description, tags or publication of a key',
    description: 'What is left out stays; tags are replaced as a whole.',
  })
  async update(call: Call<UpdateKeyInput>) {
    return change(this.kms, updateKey, call);
  }

  @Endpoint('key.rotate', {
    method: 'POST',
    path: ':key/rotate',
    params: IN_KEY,
    answer: keyAnswer,
    idempotent: true,
    summary: 'Rotate a key',
    description: 'Makes a new primary version. Older versions go on decrypting and verifying.',
  })
  async rotate(call: Call<KeyInput>) {
    return change(this.kms, rotateKey, call);
  }

  @Endpoint('key.enable', {
    method: 'POST',
    path: ':key/enable',
    params: IN_KEY,
    answer: keyAnswer,
    summary: 'Enable a key',
  })
  async enable(call: Call<KeyInput>) {
    return change(this.kms, enableKey, call);
  }

  @Endpoint('key.disable', {
    method: 'POST',
    path: ':key/disable',
    params: IN_KEY,
    answer: keyAnswer,
    summary: 'Disable a key',
    description: 'It refuses everything until it is enabled again.',
  })
  async disable(call: Call<KeyInput>) {
    return change(this.kms, disableKey, call);
  }

  @Endpoint('key.revoke', {
    method: 'POST',
    path: ':key/revoke',
    params: IN_KEY,
    body: revokeKeyBody,
    answer: keyAnswer,
    summary: 'Revoke a key: all its versions',
    description: 'For ever, and with a reason that is kept.',
  })
  async revoke(call: Call<RevokeKeyInput>) {
    return change(this.kms, revokeKey, call);
  }

  @Endpoint('key.schedule-destruction', {
    method: 'POST',
    path: ':key/schedule-destruction',
    params: IN_KEY,
    body: scheduleDestructionBody,
    answer: keyAnswer,
    summary: 'Schedule the destruction of a key',
    description: 'The key refuses everything from now on. When the window is over, its material is destroyed for ever.',
  })
  async scheduleDestruction(call: Call<ScheduleKeyDestructionInput>) {
    return change(this.kms, scheduleKeyDestruction, call);
  }

  @Endpoint('key.cancel-destruction', {
    method: 'POST',
    path: ':key/cancel-destruction',
    params: IN_KEY,
    answer: keyAnswer,
    summary: 'Cancel the destruction of a key',
    description: 'The key comes back disabled.',
  })
  async cancelDestruction(call: Call<KeyInput>) {
    return change(this.kms, cancelKeyDestruction, call);
  }
}
