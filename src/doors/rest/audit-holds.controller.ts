import { Controller, Inject } from '@nestjs/common';
import { createHold, type CreateHoldInput } from '../../operations/audit/create-hold.js';
import { deleteHold, type HoldInput } from '../../operations/audit/delete-hold.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change } from './perform-call.js';
import { createHoldBody, holdAnswer } from './schemas/audit-settings.js';
import { IN_HOLD } from './schemas/paths.js';

@Controller(`${API}/audit/holds`)
export class AuditHoldsController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('hold.create', {
    method: 'POST',
    body: createHoldBody,
    status: 201,
    answer: holdAnswer,
    idempotent: true,
    summary: 'Hold audit records',
    description:
      'Of a key, a keyring or everything: from the first of them on nothing is dropped from the log, whatever the retention policy says. The settings list the holds.',
  })
  async create(call: Call<CreateHoldInput>) {
    return change(this.kms, createHold, call);
  }

  @Endpoint('hold.delete', {
    method: 'DELETE',
    path: ':hold',
    params: IN_HOLD,
    status: 204,
    summary: 'End a hold of audit records',
    description: 'Guarded.',
  })
  async delete(call: Call<HoldInput>): Promise<void> {
    await change(this.kms, deleteHold, call);
  }
}
