import { setTimeout as sleep } from 'node:timers/promises';
import { call, type ApiAnswer } from '../support/server.js';
import type { History } from './history.js';
import type { Stand } from './stand.js';

const PAUSE_MS = 20;

export interface Attempt {
  /** As the audit log names it. */
  readonly operation: string;
  readonly token: string;
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly idempotencyKey?: string;
  /**
   * Asked after an attempt without a clear answer: whether it took effect all the same. It throws when the state is
   * neither the one before nor the one after. Without it, the attempt is made again.
   */
  readonly tookEffect?: () => Promise<boolean>;
}

/** Calls until it is clear what became of the call. Any answer but success and 503 is wrong. */
export class PersistentCaller {
  constructor(
    readonly stand: Stand,
    readonly history: History,
  ) {}

  /** @returns undefined when it took effect without an answer */
  async call(attempt: Attempt): Promise<ApiAnswer | undefined> {
    while (!this.history.isAbandoned) {
      const answer = await this.#once(attempt);
      if (answer && answer.status !== 503) return answer;
      await sleep(PAUSE_MS);
      await this.stand.up();
      if (await attempt.tookEffect?.()) return undefined;
    }
    throw new Error('abandoned');
  }

  /** For calls that are repeated until they are answered. */
  // oxlint-disable-next-line typescript/no-explicit-any -- answers of every shape
  async ask(attempt: Omit<Attempt, 'tookEffect'>): Promise<any> {
    return (await this.call(attempt))?.body;
  }

  async #once({ operation, token, method, path, body, idempotencyKey }: Attempt): Promise<ApiAnswer | undefined> {
    const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
    const answer = await call(this.stand, token, method, path, body, headers).catch(() => undefined);
    if (answer === undefined) {
      this.history.lost += 1;
      return undefined;
    }
    this.history.add(operation, operation.includes('.') && method !== 'GET', answer);
    if (answer.status >= 300 && answer.status !== 503) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer;
  }
}
