import { Global, Module } from '@nestjs/common';
import { Meter } from '../operations/meter.js';
import { MetricsText } from './metrics-text.js';
import { PrometheusMeter } from './prometheus-meter.js';

/** What the service counts. */
@Global()
@Module({
  providers: [
    { provide: PrometheusMeter, useFactory: () => new PrometheusMeter() },
    { provide: Meter, useExisting: PrometheusMeter },
    { provide: MetricsText, useExisting: PrometheusMeter },
  ],
  exports: [PrometheusMeter, Meter, MetricsText],
})
export class TelemetryModule {}
