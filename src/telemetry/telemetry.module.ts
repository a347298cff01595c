import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { Meter } from '../operations/meter.js';
import { NoTracer, Tracer } from '../tracer.js';
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
export class TelemetryModule {
  /** And where its traces go. */
  static with(tracer: Tracer): DynamicModule {
    return { module: TelemetryModule, providers: [{ provide: Tracer, useValue: tracer }], exports: [Tracer] };
  }
}

/** What sends traces is loaded where they are wanted, and nowhere else. */
export async function openTracer(config: Config): Promise<Tracer> {
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined) return new NoTracer();
  const { OtlpTracer } = await import('./otlp-tracer.js');
  return new OtlpTracer({
    endpoint,
    serviceName: config.OTEL_SERVICE_NAME,
    node: config.KEYSTEAD_NODE_NAME,
    ratio: config.OTEL_TRACES_SAMPLER_ARG,
  });
}
