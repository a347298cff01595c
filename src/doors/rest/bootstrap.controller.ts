import { Controller, Inject } from '@nestjs/common';
import { finishBootstrap } from '../../operations/access/finish-bootstrap.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change } from './perform-call.js';
import { finishedBootstrapAnswer } from './schemas/governance.js';

@Controller(`${API}/bootstrap`)
export class BootstrapController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('bootstrap.finish', {
    method: 'POST',
    path: 'finish',
    answer: finishedBootstrapAnswer,
    summary: 'Retire the first administrator',
    description: 'Revokes its token and disables it. Refused while no other administrator could come in.',
  })
  async finish(call: Call<object>) {
    return change(this.kms, finishBootstrap, call);
  }
}
