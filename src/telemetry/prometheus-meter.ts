import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { Meter } from '../operations/meter.js';
import type { Health } from './health.js';
import { MetricsText } from './metrics-text.js';

/** From 0.1 ms, an encryption with a warm key, to 10 s, an RSA key's generation on a busy machine. */
const LATENCY_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Counts for Prometheus. Labels are words of closed lists; nothing of a request becomes one. */
export class PrometheusMeter extends Meter implements MetricsText {
  readonly #registry = new Registry();
  readonly #operations = new Counter({
    name: 'keystead_operations_total',
    help: 'Operations by name and outcome: success, denied or error. A batch counts once.',
    labelNames: ['operation', 'outcome'] as const,
    registers: [this.#registry],
  });
  readonly #durations = new Histogram({
    name: 'keystead_operation_duration_seconds',
    help: 'From the beginning of an operation until its audit record was durable.',
    labelNames: ['operation'] as const,
    buckets: LATENCY_SECONDS,
    registers: [this.#registry],
  });
  readonly #appends = new Histogram({
    name: 'keystead_audit_append_seconds',
    help: 'How long an answer waited for its audit record to be durable.',
    buckets: LATENCY_SECONDS,
    registers: [this.#registry],
  });
  readonly #integrityFailures = new Counter({
    name: 'keystead_integrity_failures_total',
    help: 'Rows or materials that were changed from outside. Anything but 0 is an alarm.',
    registers: [this.#registry],
  });
  readonly #guarded = new Counter({
    name: 'keystead_guarded_operations_total',
    help: 'Operations by which an administrator could reach plaintext, done with (approved="yes") and without dual control.',
    labelNames: ['operation', 'reason', 'approved'] as const,
    registers: [this.#registry],
  });
  readonly #deliveries = new Counter({
    name: 'keystead_event_deliveries_total',
    help: 'Attempts to send an event to a webhook by what came of them: delivered, failed (to be tried again) or dead.',
    labelNames: ['outcome'] as const,
    registers: [this.#registry],
  });
  readonly contentType = this.#registry.contentType;

  constructor() {
    super();
    collectDefaultMetrics({ register: this.#registry });
  }

  override performed(operation: string, outcome: string, seconds: number): void {
    this.#operations.inc({ operation, outcome });
    this.#durations.observe({ operation }, seconds);
  }

  override appended(seconds: number): void {
    this.#appends.observe(seconds);
  }

  override integrityFailure(): void {
    this.#integrityFailures.inc();
  }

  override delivery(outcome: 'delivered' | 'failed' | 'dead'): void {
    this.#deliveries.inc({ outcome });
  }

  override guarded(operation: string, reason: string, approved: boolean): void {
    this.#guarded.inc({ operation, reason, approved: approved ? 'yes' : 'no' });
  }

  /** Watches the size of something, such as the cache of unwrapped keys. @param name in snake_case, without prefix */
  watchSize(name: string, help: string, size: () => number | Promise<number>): void {
    const gauge: Gauge = new Gauge({
      name: `keystead_${name}`,
      help,
      registers: [this.#registry],
      collect: async () => {
        try {
          gauge.set(await size());
        } catch {
          // No figure is better than an old one, and than no metrics at all.
          gauge.remove();
        }
      },
    });
  }

  /** Watches a number that only grows. @param name in snake_case, without prefix and `_total` */
  watchCount(name: string, help: string, count: () => number): void {
    const counter: Counter = new Counter({
      name: `keystead_${name}_total`,
      help,
      registers: [this.#registry],
      collect: () => {
        counter.reset();
        counter.inc(count());
      },
    });
  }

  /** Asks at every reading whether the service can serve. */
  watchHealth(health: Health): void {
    const ready: Gauge<'check'> = new Gauge({
      name: 'keystead_ready',
      help: '1: what this node needs is there: its database, its schema, its root key. 0: it is not.',
      labelNames: ['check'],
      registers: [this.#registry],
      collect: async () => {
        for (const { name, ok } of await health.check()) ready.set({ check: name }, ok ? 1 : 0);
      },
    });
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
