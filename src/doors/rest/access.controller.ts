import { Controller, Inject } from '@nestjs/common';
import { explainAccess, type ExplainAccessInput } from '../../operations/access/explain-access.js';
import { whoCan, type WhoCanInput } from '../../operations/access/who-can.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { use } from './perform-call.js';
import { explainQuery, explanationAnswer, whoCanAnswer, whoCanQuery } from './schemas/explain.js';

@Controller(`${API}/access`)
export class AccessController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('access.explain', {
    method: 'GET',
    path: 'explain',
    query: explainQuery,
    answer: explanationAnswer,
    summary: 'Whether a caller may do something, and which bindings decide',
    description: 'By the code of the decision itself; nothing is done.',
  })
  async explain(call: Call<ExplainAccessInput>) {
    return use(this.kms, explainAccess, call);
  }

  @Endpoint('access.who-can', {
    method: 'GET',
    path: 'who-can',
    query: whoCanQuery,
    answer: whoCanAnswer,
    summary: 'Every caller who could do something, and by which bindings',
    description: 'Whatever their conditions ask.',
  })
  async whoCan(call: Call<WhoCanInput>) {
    return use(this.kms, whoCan, call);
  }
}
