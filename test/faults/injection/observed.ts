import { randomUUID } from 'node:crypto';
import type { Sent } from '../load.js';

export interface Attempt extends Sent {
  /** Until it was answered, or failed. */
  ms?: number;
}

/** In ms of `performance.now()`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What a client waited for: from its first attempt to its end. */
export interface Wait extends Span {
  readonly attempts: readonly Attempt[];
}

/** Shorter ones say nothing about a fault. */
const LEAST_WAIT_MS = 100;
/** Of each list, so many are shown. */
const KEPT = 20;

/** What the clients and the checks have seen so far. */
export class Observed {
  /** Every attempt, under the request id that it was sent with. */
  readonly sent: Attempt[] = [];
  readonly waits: Wait[] = [];
  acknowledged = 0;
  readonly lost = new Found();
  readonly wrong = new Found();
  readonly revocations: { readonly ms: number; readonly allServed: boolean }[] = [];
  readonly #waiting = new Set<number>();
  #isAbandoned = false;

  /** Nobody need ask any more. */
  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  abandon(): void {
    this.#isAbandoned = true;
  }

  /** Since when somebody has been waiting; undefined: nobody is. */
  get waitingSince(): number | undefined {
    return [...this.#waiting][0];
  }

  /** A client begins to ask. */
  begin(): Asking {
    const from = performance.now();
    this.#waiting.add(from);
    const attempts: Attempt[] = [];
    return {
      fetch: this.fetchInto(attempts),
      acknowledge: () => (this.acknowledged += 1),
      end: () => {
        this.#waiting.delete(from);
        const to = performance.now();
        if (to - from >= LEAST_WAIT_MS) this.waits.push({ from, to, attempts });
      },
    };
  }

  /** In place of `fetch`: each attempt is known to the audit log by an id of its own, and a failure of the service is told as it should be. */
  fetchInto(attempts: Attempt[]): typeof fetch {
    return async (input, init = {}) => {
      const url = input instanceof Request ? input.url : String(input);
      const attempt: Attempt = { id: randomUUID(), node: '', kind: `${init.method} ${new URL(url).pathname}` };
      const headers = { ...(init.headers as Record<string, string>), 'x-request-id': attempt.id };
      for (const list of [this.sent, attempts]) list.push(attempt);
      const from = performance.now();
      try {
        const answer = await fetch(input, { ...init, headers });
        attempt.status = answer.status;
        const isPassing = answer.status === 503 && answer.headers.has('retry-after');
        if (answer.status >= 500 && !isPassing) this.wrong.add(`${attempt.kind}: ${answer.status}`);
        return answer;
      } finally {
        attempt.ms = performance.now() - from;
      }
    };
  }
}

/** A client that asks until it is answered. */
export interface Asking {
  readonly fetch: typeof fetch;
  readonly acknowledge: () => void;
  /** Answered, or found out otherwise, or given up. */
  readonly end: () => void;
}

/** Counts what must not be, and keeps the first words on it. */
export class Found {
  #count = 0;
  readonly examples: string[] = [];

  get count(): number {
    return this.#count;
  }

  add(what: string): void {
    this.#count += 1;
    if (this.examples.length < KEPT) this.examples.push(what);
  }
}
