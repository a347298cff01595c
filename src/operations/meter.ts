/** What operations tell telemetry. */
export abstract class Meter {
  abstract performed(operation: string, outcome: string, seconds: number): void;
  abstract integrityFailure(): void;
}
