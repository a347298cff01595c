/** @param share 0 to 1 */
export function percentile(numbers: readonly number[], share: number): number {
  return numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? 0;
}

export interface Latency {
  readonly name: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** One after the other. */
export async function latencyOf(name: string, times: number, work: () => Promise<unknown>): Promise<Latency> {
  const took: number[] = [];
  while (took.length < times) {
    const began = performance.now();
    await work();
    took.push(performance.now() - began);
  }
  return { name, p50Ms: percentile(took, 0.5), p99Ms: percentile(took, 0.99) };
}
