import { Controller, Inject } from '@nestjs/common';
import { createBinding, type CreateBindingInput } from '../../operations/access/create-binding.js';
import { deleteBinding, type DeleteBindingInput } from '../../operations/access/delete-binding.js';
import { listBindings, type ListBindingsInput } from '../../operations/access/list-bindings.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import { bindingAnswer, createBindingBody, listBindingsQuery } from './schemas/access.js';
import { pageOf } from './schemas/paging.js';
import { IN_BINDING } from './schemas/paths.js';

@Controller(`${API}/bindings`)
export class BindingsController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('binding.create', {
    method: 'POST',
    body: createBindingBody,
    status: 201,
    answer: bindingAnswer,
    idempotent: true,
    summary: 'Give a caller or a group a role',
    description:
      'Everywhere, in a keyring, for one key or for keys with certain tags; under conditions; or deny it there, which wins over every allow.',
  })
  async create(call: Call<CreateBindingInput>) {
    return change(this.kms, createBinding, call);
  }

  @Endpoint('binding.list', {
    method: 'GET',
    query: listBindingsQuery,
    answer: pageOf(bindingAnswer),
    summary: 'List the bindings',
  })
  async list(call: Call<ListBindingsInput>) {
    return use(this.kms, listBindings, call);
  }

  @Endpoint('binding.delete', {
    method: 'DELETE',
    path: ':binding',
    params: IN_BINDING,
    status: 204,
    summary: 'Take a binding away',
  })
  async delete(call: Call<DeleteBindingInput>): Promise<void> {
    await change(this.kms, deleteBinding, call);
  }
}
