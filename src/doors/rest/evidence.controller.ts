import { Controller, Inject } from '@nestjs/common';
import { gatherEvidence, type EvidenceInput } from '../../operations/audit/gather-evidence.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { use } from './perform-call.js';
import { evidenceAnswer, evidenceQuery } from './schemas/audit-log.js';
import { IN_KEY } from './schemas/paths.js';

@Controller(`${API}/keyrings/:keyring/keys/:key`)
export class EvidenceController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('audit.read', {
    method: 'GET',
    path: 'evidence',
    params: IN_KEY,
    query: evidenceQuery,
    answer: evidenceAnswer,
    summary: 'What is in force for a key, and which records there are of it',
    description:
      'For those who may read the whole log: the start of an archive of evidence, made by `keystead audit evidence`.',
  })
  async gather(call: Call<EvidenceInput>) {
    return use(this.kms, gatherEvidence, call);
  }
}
