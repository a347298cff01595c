import { Controller, Inject } from '@nestjs/common';
import { hashContext, type HashContextInput } from '../../operations/audit/hash-context.js';
import { rebuildIndex } from '../../operations/audit/rebuild-index.js';
import { readAudit, type ReadAuditInput } from '../../operations/audit/read-audit.js';
import { summariseAudit, type SummariseAuditInput } from '../../operations/audit/summarise-audit.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { use } from './perform-call.js';
import { hashContextAnswer, hashContextBody } from './schemas/audit-settings.js';
import { auditPageAnswer, auditQuery, auditSummaryAnswer, auditSummaryQuery, rebuildAnswer } from './schemas/audit.js';

@Controller(`${API}/audit`)
export class AuditController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('audit.read', {
    method: 'GET',
    path: 'records',
    query: auditQuery,
    answer: auditPageAnswer,
    summary: 'Read the audit records',
    description: 'Of the keyrings where the caller may read them; everywhere, also what belongs to no keyring.',
  })
  async read(call: Call<ReadAuditInput>) {
    return use(this.kms, readAudit, call);
  }

  @Endpoint('audit.read', {
    method: 'POST',
    path: 'hash',
    body: hashContextBody,
    answer: hashContextAnswer,
    summary: 'Compute what stands in the records for a value of an encryption context',
    description: 'For `contextHash` of a search. For those who may read every record.',
  })
  async hash(call: Call<HashContextInput>) {
    return use(this.kms, hashContext, call);
  }

  @Endpoint('audit.read', {
    method: 'GET',
    path: 'summary',
    query: auditSummaryQuery,
    answer: auditSummaryAnswer,
    summary: 'Count the audit records',
    description:
      'By outcome, by operation, and over time; of the last 24 hours unless `since` says otherwise. What the caller may not read is not counted.',
  })
  async summarise(call: Call<SummariseAuditInput>) {
    return use(this.kms, summariseAudit, call);
  }

  @Endpoint('audit.rebuild', {
    method: 'POST',
    path: 'index/rebuild',
    answer: rebuildAnswer,
    summary: 'Make what is searched again from the log',
    description:
      'While the service runs; until a record is made again it is found as it was. The log itself stays as it is.',
  })
  async rebuild(call: Call<object>) {
    return use(this.kms, rebuildIndex, call);
  }
}
