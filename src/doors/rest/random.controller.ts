import { Controller, Inject } from '@nestjs/common';
import { random, type RandomInput } from '../../operations/crypto/random.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call, Each } from './call.js';
import { EachEndpoint } from './endpoint.js';
import { useEach } from './perform-call.js';
import { randomAnswer } from './schemas/crypto-answers.js';
import { randomBody } from './schemas/crypto.js';

@Controller(`${API}/random`)
export class RandomController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @EachEndpoint('random', { method: 'POST', body: randomBody, answer: randomAnswer, summary: 'Random bytes' })
  async make(call: Call<Each<RandomInput>>) {
    return useEach(this.kms, random, call);
  }
}
