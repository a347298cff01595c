/** What operations tell telemetry. */
export abstract class Meter {
  abstract performed(operation: string, outcome: string, seconds: number): void;
  abstract integrityFailure(): void;
  /** A guarded operation was done. @param approved by others, under dual control */
  abstract guarded(operation: string, reason: string, approved: boolean): void;
}
