import { Controller, Inject } from '@nestjs/common';
import { Kms } from '../../operations/kms.js';
import { describeRoot } from '../../operations/root/describe-root.js';
import { migrateRoot } from '../../operations/root/migrate-root.js';
import { rotateRoot } from '../../operations/root/rotate-root.js';
import { API } from './base-path.js';
import type { Call, PublicCall } from './call.js';
import { Endpoint, PublicEndpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import { rootAnswer, rootRotatedAnswer, sealAnswer } from './schemas/root.js';

@Controller(`${API}/root`)
export class RootController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('root.describe', { method: 'GET', answer: rootAnswer, summary: 'Describe the root key, and a migration' })
  async get(call: Call<object>) {
    return use(this.kms, describeRoot, call);
  }

  @PublicEndpoint({
    method: 'GET',
    path: 'seal',
    answer: sealAnswer,
    summary: 'Whether this node is sealed',
    description:
      'A node whose root key its keepers open by shares answers, until enough of them came, this route, its health and `POST /api/v1/root/unseal` with `{"share": "…"}`, each without a token, and 503 `sealed` to everything else. Then it is not sealed, as here, and has no such route.',
  })
  async seal(_call: PublicCall<unknown>) {
    return { sealed: false, roots: [] };
  }

  @Endpoint('root.rotate', {
    method: 'POST',
    path: 'rotate',
    answer: rootRotatedAnswer,
    idempotent: true,
    summary: 'Rotate the root key within its provider',
    description: 'Everything is then wrapped again under the new version.',
  })
  async rotate(call: Call<object>) {
    return change(this.kms, rotateRoot, call);
  }

  @Endpoint('root.migrate', {
    method: 'POST',
    path: 'migrate',
    answer: rootAnswer,
    idempotent: true,
    summary: 'Move to the next root key',
    description: 'To the one that every node has as KEYSTEAD_ROOT_KEY_NEXT; in phases, while the service runs.',
  })
  async migrate(call: Call<object>) {
    return change(this.kms, migrateRoot, call);
  }
}
