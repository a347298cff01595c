import { converse, type OnAnswer } from './connection.js';
import { Histogram } from './histogram.js';
import type { LoadJob, LoadResult } from './job.js';

/** Sends requests on all connections for as long as the job says. */
export async function generateLoad(job: LoadJob): Promise<LoadResult> {
  const requests = job.requests.map((text) => Buffer.from(text, 'latin1'));
  const latencies = new Histogram();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const end = start + job.seconds * 1000;
  let answered = 0;
  let refused = 0;
  let firstRefusal: string | undefined;
  const talk = (connection: number): Promise<void> => {
    let at = connection;
    let sentAt = performance.now();
    const request = () => requests[at++ % requests.length] as Buffer;
    const { port, pauseMs = 0 } = job;
    const onAnswer: OnAnswer = (isOk, answer) => {
      const now = performance.now();
      if (isOk) {
        answered += 1;
        latencies.add((now - sentAt) * 1000);
      } else {
        refused += 1;
        firstRefusal ??= answer.toString();
      }
      if (now > end) return undefined;
      // Meant to be sent then: what is late also counts.
      sentAt = now + pauseMs;
      return request();
    };
    return converse(port, request(), onAnswer, pauseMs);
  };
  await Promise.all(Array.from({ length: job.connections }, (_, connection) => talk(connection)));
  const { user, system } = process.cpuUsage(cpu);
  return {
    answered,
    refused,
    firstRefusal,
    seconds: (performance.now() - start) / 1000,
    p50Us: latencies.quantile(0.5),
    p99Us: latencies.quantile(0.99),
    cpuUs: user + system,
  };
}
