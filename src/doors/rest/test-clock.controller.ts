import { Controller, Inject } from '@nestjs/common';
import { DEPS, type Deps } from '../../operations/deps.js';
import { Kms } from '../../operations/kms.js';
import { advanceTestClock, type AdvanceTestClockInput } from '../../operations/rotation/advance-test-clock.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { advanceTestClockBody, testClockAnswer } from './schemas/test-clock.js';

/** Only where KEYSTEAD_TEST_CLOCK says so. */
@Controller(`${API}/test/clock`)
export class TestClockController {
  constructor(
    @Inject(Kms) private readonly kms: Kms,
    @Inject(DEPS) private readonly deps: Deps,
  ) {}

  @Endpoint('test-clock.advance', {
    method: 'POST',
    body: advanceTestClockBody,
    answer: testClockAnswer,
    summary: 'Move the clock of the schedule on, for tests and demos',
    description: 'Answers once the schedule has run. Credentials and audit records stay on the real time.',
  })
  async advance({ input, arrival }: Call<AdvanceTestClockInput>) {
    return advanceTestClock(this.kms, this.deps, input, arrival);
  }
}
