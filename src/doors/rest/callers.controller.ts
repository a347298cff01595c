import { Controller, Inject } from '@nestjs/common';
import { createCaller, type CreateCallerInput } from '../../operations/access/create-caller.js';
import { disableCaller } from '../../operations/access/disable-caller.js';
import { enableCaller } from '../../operations/access/enable-caller.js';
import { getCaller } from '../../operations/access/get-caller.js';
import { listCallers } from '../../operations/access/list-callers.js';
import type { CallerInput } from '../../operations/access/resolve-caller.js';
import { Kms } from '../../operations/kms.js';
import type { PageInput } from '../../operations/paging.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import { callerAnswer, createCallerBody } from './schemas/access.js';
import { PAGE, pageOf } from './schemas/paging.js';
import { IN_CALLER } from './schemas/paths.js';

@Controller(`${API}/callers`)
export class CallersController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('caller.create', {
    method: 'POST',
    body: createCallerBody,
    status: 201,
    answer: callerAnswer,
    idempotent: true,
    summary: 'Make a caller',
    description: 'It can do nothing until a role is bound.',
  })
  async create(call: Call<CreateCallerInput>) {
    return change(this.kms, createCaller, call);
  }

  @Endpoint('caller.list', { method: 'GET', query: PAGE, answer: pageOf(callerAnswer), summary: 'List the callers' })
  async list(call: Call<PageInput>) {
    return use(this.kms, listCallers, call);
  }

  @Endpoint('caller.list', {
    method: 'GET',
    path: ':caller',
    params: IN_CALLER,
    answer: callerAnswer,
    summary: 'Describe a caller',
  })
  async get(call: Call<CallerInput>) {
    return use(this.kms, getCaller, call);
  }

  @Endpoint('caller.disable', {
    method: 'POST',
    path: ':caller/disable',
    params: IN_CALLER,
    answer: callerAnswer,
    summary: 'Disable a caller',
    description: 'None of its tokens opens anything until it is enabled again.',
  })
  async disable(call: Call<CallerInput>) {
    return change(this.kms, disableCaller, call);
  }

  @Endpoint('caller.enable', {
    method: 'POST',
    path: ':caller/enable',
    params: IN_CALLER,
    answer: callerAnswer,
    summary: 'Enable a caller',
  })
  async enable(call: Call<CallerInput>) {
    return change(this.kms, enableCaller, call);
  }
}
