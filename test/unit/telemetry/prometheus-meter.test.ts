import { describe, expect, it } from '@jest/globals';
import { PrometheusMeter } from '../../../src/telemetry/prometheus-meter.js';

describe('metrics', () => {
  it('count operations by outcome, their latency, integrity failures and sizes', async () => {
    const meter = new PrometheusMeter();
    let size = 3;
    meter.watchSize('unwrapped_versions', 'Key versions in memory.', () => size);
    meter.performed('encrypt', 'success', 0.0002);
    meter.performed('encrypt', 'success', 0.2);
    meter.performed('encrypt', 'denied', 0.0001);
    meter.integrityFailure();
    size = 4;
    const text = await meter.text();
    expect(text).toContain('keystead_operations_total{operation="encrypt",outcome="success"} 2');
    expect(text).toContain('keystead_operations_total{operation="encrypt",outcome="denied"} 1');
    expect(text).toContain('keystead_operation_duration_seconds_bucket{le="0.00025",operation="encrypt"} 2');
    expect(text).toContain('keystead_operation_duration_seconds_count{operation="encrypt"} 3');
    expect(text).toContain('keystead_integrity_failures_total 1');
    expect(text).toContain('keystead_unwrapped_versions 4');
    expect(text).toContain('process_cpu_seconds_total');
    expect(meter.contentType).toMatch(/^text\/plain/);
  });

  it('of two meters do not meet', async () => {
    const [one, other] = [new PrometheusMeter(), new PrometheusMeter()];
    one.integrityFailure();
    expect(await other.text()).toContain('keystead_integrity_failures_total 0');
  });
});
