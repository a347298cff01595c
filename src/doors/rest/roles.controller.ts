import { Controller, Inject } from '@nestjs/common';
import { createRole, type CreateRoleInput } from '../../operations/access/create-role.js';
import { deleteRole, type DeleteRoleInput } from '../../operations/access/delete-role.js';
import { listRoles } from '../../operations/access/list-roles.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import { createRoleBody, roleAnswer, rolesAnswer } from './schemas/roles.js';
import { IN_ROLE } from './schemas/paths.js';

@Controller(`${API}/roles`)
export class RolesController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('role.create', {
    method: 'POST',
    body: createRoleBody,
    status: 201,
    answer: roleAnswer,
    idempotent: true,
    summary: 'Make a role',
    description: 'A list of permissions with a name, to be bound as the built-in roles are.',
  })
  async create(call: Call<CreateRoleInput>) {
    return change(this.kms, createRole, call);
  }

  @Endpoint('role.list', { method: 'GET', answer: rolesAnswer, summary: 'List the roles, built-in ones first' })
  async list(call: Call<object>) {
    return use(this.kms, listRoles, call);
  }

  @Endpoint('role.delete', {
    method: 'DELETE',
    path: ':role',
    params: IN_ROLE,
    status: 204,
    summary: 'Delete a role',
    description: 'Refused while a binding names it, and for built-in roles.',
  })
  async delete(call: Call<DeleteRoleInput>): Promise<void> {
    await change(this.kms, deleteRole, call);
  }
}
