import { Controller, Inject } from '@nestjs/common';
import { whoami } from '../../operations/access/whoami.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { use } from './perform-call.js';
import { whoamiAnswer } from './schemas/access.js';

@Controller(`${API}/whoami`)
export class WhoamiController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('whoami', {
    method: 'GET',
    answer: whoamiAnswer,
    summary: 'Who the caller is, and which roles it has where',
  })
  async read(call: Call<object>) {
    return use(this.kms, whoami, call);
  }
}
