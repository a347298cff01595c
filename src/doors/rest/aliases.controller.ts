import { Controller, Inject } from '@nestjs/common';
import { createAlias, type CreateAliasInput } from '../../operations/aliases/create-alias.js';
import { deleteAlias, type DeleteAliasInput } from '../../operations/aliases/delete-alias.js';
import { listAliases, type ListAliasesInput } from '../../operations/aliases/list-aliases.js';
import { moveAlias, type MoveAliasInput } from '../../operations/aliases/move-alias.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import { aliasAnswer, createAliasBody, listAliasesQuery, moveAliasBody } from './schemas/keyrings.js';
import { pageOf } from './schemas/paging.js';
import { IN_ALIAS, IN_KEYRING } from './schemas/paths.js';

@Controller(`${API}/keyrings/:keyring/aliases`)
export class AliasesController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('alias.list', {
    method: 'GET',
    params: IN_KEYRING,
    query: listAliasesQuery,
    answer: pageOf(aliasAnswer),
    summary: 'List the aliases of a keyring, by name',
  })
  async list(call: Call<ListAliasesInput>) {
    return use(this.kms, listAliases, call);
  }

  @Endpoint('alias.set', {
    method: 'POST',
    params: IN_KEYRING,
    body: createAliasBody,
    status: 201,
    answer: aliasAnswer,
    idempotent: true,
    summary: 'Give a key a further name',
  })
  async create(call: Call<CreateAliasInput>) {
    return change(this.kms, createAlias, call);
  }

  @Endpoint('alias.set', {
    method: 'PUT',
    path: ':alias',
    params: IN_ALIAS,
    body: moveAliasBody,
    answer: aliasAnswer,
    summary: 'Point an alias at a key, whether it was there or not',
  })
  async move(call: Call<MoveAliasInput>) {
    return change(this.kms, moveAlias, call);
  }

  @Endpoint('alias.delete', {
    method: 'DELETE',
    path: ':alias',
    params: IN_ALIAS,
    status: 204,
    summary: 'Take an alias away',
  })
  async delete(call: Call<DeleteAliasInput>): Promise<void> {
    await change(this.kms, deleteAlias, call);
  }
}
