/** Words of closed lists, numbers and ids: nothing of what a request holds becomes one. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

/** A span that has begun. */
export interface OpenSpan {
  /** Whatever begins in the work, and in what it waits for, is part of this span. */
  run<T>(work: () => T): T;
  set(attributes: SpanAttributes, name?: string): void;
  /** @param failure a word: what kind of failure */
  end(failure?: string): void;
}

/** Where the spans of a trace go. Type and injection token in one. */
export abstract class Tracer {
  /** Whether it is worth asking. */
  abstract readonly isOn: boolean;

  /** @param traceparent the caller's span (W3C Trace Context), as it was sent */
  abstract beginRequest(name: string, traceparent: string | undefined): OpenSpan;

  /** Part of the span it begins in; where there is none, nothing. */
  abstract begin(name: string, attributes?: SpanAttributes): OpenSpan;

  /** Sends what is left. Never throws. */
  abstract close(): Promise<void>;

  /** Does the work within a span. @param failureOf the word for an error */
  async span<T>(
    name: string,
    attributes: SpanAttributes,
    work: () => Promise<T>,
    failureOf: (error: unknown) => string = () => 'error',
  ): Promise<T> {
    if (!this.isOn) return work();
    const span = this.begin(name, attributes);
    try {
      const result = await span.run(work);
      span.end();
      return result;
    } catch (error) {
      span.end(failureOf(error));
      throw error;
    }
  }
}

const NOTHING: OpenSpan = { run: (work) => work(), set: () => undefined, end: () => undefined };

/** Traces nothing. */
export class NoTracer extends Tracer {
  override readonly isOn = false;

  override beginRequest(): OpenSpan {
    return NOTHING;
  }

  override begin(): OpenSpan {
    return NOTHING;
  }

  override async close(): Promise<void> {}
}
