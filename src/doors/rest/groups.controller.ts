import { Controller, Inject } from '@nestjs/common';
import { addMember, removeMember, type MemberInput } from '../../operations/access/change-members.js';
import { createGroup, type CreateGroupInput } from '../../operations/access/create-group.js';
import { deleteGroup, type GroupInput } from '../../operations/access/delete-group.js';
import { listGroups } from '../../operations/access/list-groups.js';
import { Kms } from '../../operations/kms.js';
import type { PageInput } from '../../operations/paging.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import { createGroupBody, groupAnswer } from './schemas/groups.js';
import { PAGE, pageOf } from './schemas/paging.js';
import { IN_GROUP, IN_MEMBER } from './schemas/paths.js';

@Controller(`${API}/groups`)
export class GroupsController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('group.create', {
    method: 'POST',
    body: createGroupBody,
    status: 201,
    answer: groupAnswer,
    idempotent: true,
    summary: 'Make a group',
    description: 'Callers that are bound together. With a claim, whoever brings a JWT that meets it is in it too.',
  })
  async create(call: Call<CreateGroupInput>) {
    return change(this.kms, createGroup, call);
  }

  @Endpoint('group.list', { method: 'GET', query: PAGE, answer: pageOf(groupAnswer), summary: 'List the groups' })
  async list(call: Call<PageInput>) {
    return use(this.kms, listGroups, call);
  }

  @Endpoint('group.delete', {
    method: 'DELETE',
    path: ':group',
    params: IN_GROUP,
    status: 204,
    summary: 'Delete a group',
    description: 'Refused while a binding is for it.',
  })
  async delete(call: Call<GroupInput>): Promise<void> {
    await change(this.kms, deleteGroup, call);
  }

  @Endpoint('group.add-member', {
    method: 'PUT',
    path: ':group/members/:caller',
    params: IN_MEMBER,
    answer: groupAnswer,
    summary: 'Put a caller into a group',
    description: 'Not oneself, and not where the separation of duties would break.',
  })
  async add(call: Call<MemberInput>) {
    return change(this.kms, addMember, call);
  }

  @Endpoint('group.remove-member', {
    method: 'DELETE',
    path: ':group/members/:caller',
    params: IN_MEMBER,
    status: 204,
    summary: 'Take a caller out of a group',
  })
  async remove(call: Call<MemberInput>): Promise<void> {
    await change(this.kms, removeMember, call);
  }
}
