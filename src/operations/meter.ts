/** What operations tell telemetry. */
export abstract class Meter {
  abstract performed(operation: string, outcome: string, seconds: number): void;
  /** A record, or those of a batch, became durable: what every answer waits for. */
  abstract appended(seconds: number): void;
  abstract integrityFailure(): void;
  /** An attempt to send an event ended: it will be tried again when it failed, and not when it is dead. */
  abstract delivery(outcome: 'delivered' | 'failed' | 'dead'): void;
  /** A guarded operation was done. @param approved by others, under dual control */
  abstract guarded(operation: string, reason: string, approved: boolean): void;
}
