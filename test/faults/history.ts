import type { ApiAnswer } from '../support/server.js';

/** An answer that came in. */
export interface Answered {
  readonly operation: string;
  /** A change of state, not a use of a key and not a read. */
  readonly isChange: boolean;
  readonly requestId: string;
  readonly status: number;
}

/** All that the writers were told, and how often they were told nothing. */
export class History {
  readonly answered: Answered[] = [];
  lost = 0;
  isAbandoned = false;
  #acknowledged = 0;
  readonly #marks: { readonly at: number; readonly reached: () => void }[] = [];

  constructor(private readonly target: number) {}

  /** Operations that were answered as done. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  get unavailable(): number {
    return this.answered.filter(({ status }) => status === 503).length;
  }

  get isFull(): boolean {
    return this.#acknowledged >= this.target;
  }

  /** One of the writers failed: the others need not go on. */
  abandon(): void {
    this.isAbandoned = true;
  }

  add(operation: string, isChange: boolean, { status, headers }: ApiAnswer): void {
    this.answered.push({ operation, isChange, requestId: headers.get('x-request-id') ?? '', status });
    if (status >= 300) return;
    this.#acknowledged += 1;
    for (const { at, reached } of this.#marks) if (at === this.#acknowledged) reached();
  }

  /** Resolves in the very moment in which this many operations are acknowledged. */
  reach(at: number): Promise<void> {
    return new Promise((reached) => this.#marks.push({ at, reached }));
  }
}
