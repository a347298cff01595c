import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { NoTracer, Tracer, type OpenSpan, type SpanAttributes } from '../tracer.js';

export interface OtlpSettings {
  /** Of the collector, without `/v1/traces`. */
  readonly endpoint: string;
  readonly serviceName: string;
  readonly node: string;
  /** Of the traces that begin here, from 0 to 1; one that was begun elsewhere is followed if it is sampled there. */
  readonly ratio: number;
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const NOTHING = new NoTracer().begin();

/** Sends spans to a collector by OTLP over HTTP, in the background; what it does not take is dropped. */
export class OtlpTracer extends Tracer {
  override readonly isOn = true;
  readonly #provider: TracerProvider;
  readonly #tracer;
  readonly #within = new AsyncLocalStorage<Context>();

  constructor({ endpoint, serviceName, node, ratio }: OtlpSettings) {
    super();
    const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({
        'service.name': serviceName,
        'service.instance.id': node,
      }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
      spanProcessors: [new BatchSpanProcessor({ exporter })],
    });
    this.#tracer = this.#provider.getTracer('keystead');
  }

  override beginRequest(name: string, traceparent: string | undefined): OpenSpan {
    const parent = spanContextOf(traceparent);
    const context = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
    return this.#open(this.#tracer.startSpan(name, { kind: SpanKind.SERVER }, context));
  }

  override begin(name: string, attributes: SpanAttributes = {}): OpenSpan {
    const context = this.#within.getStore();
    if (!context) return NOTHING;
    return this.#open(this.#tracer.startSpan(name, { kind: SpanKind.INTERNAL, attributes }, context));
  }

  override async close(): Promise<void> {
    await this.#provider.shutdown().catch(() => undefined);
  }

  #open(span: Span): OpenSpan {
    const context = trace.setSpan(ROOT_CONTEXT, span);
    return {
      run: (work) => this.#within.run(context, work),
      set: (attributes, name) => {
        span.setAttributes(attributes);
        if (name !== undefined) span.updateName(name);
      },
      end: (failure) => {
        if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', failure);
        span.end();
      },
    };
  }
}

/** W3C Trace Context, version 00. Anything else begins a trace of its own. */
function spanContextOf(traceparent: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags ?? '0', 16) & TraceFlags.SAMPLED, isRemote: true };
}
