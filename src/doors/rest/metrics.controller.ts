import { Controller, Inject } from '@nestjs/common';
import { MetricsText } from '../../telemetry/metrics-text.js';
import type { Call, PublicCall } from './call.js';
import { Endpoint, PublicEndpoint } from './endpoint.js';

const ROUTE = {
  method: 'GET',
  answerType: 'text/plain',
  summary: 'What was counted, for Prometheus',
} as const;

/** /metrics for every caller. */
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(MetricsText) private readonly metrics: MetricsText) {}

  @Endpoint('whoami', ROUTE)
  async read({ reply }: Call<unknown>) {
    void reply.type(this.metrics.contentType);
    return this.metrics.text();
  }
}

/** /metrics for everybody, where the operator set it so. */
@Controller('metrics')
export class OpenMetricsController {
  constructor(@Inject(MetricsText) private readonly metrics: MetricsText) {}

  @PublicEndpoint(ROUTE)
  async read({ reply }: PublicCall<unknown>) {
    void reply.type(this.metrics.contentType);
    return this.metrics.text();
  }
}
