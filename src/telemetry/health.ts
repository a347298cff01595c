/** One thing that the service needs in order to serve. */
export interface HealthCheck {
  /** `database`, `root-key`, `migrations` … */
  readonly name: string;
  readonly ok: boolean;
  /** A sentence for operators, without secrets. */
  readonly detail?: string;
}

/** Whether the service can serve. */
export abstract class Health {
  /** Answers within seconds; what fails is told, not thrown. */
  abstract check(): Promise<HealthCheck[]>;
}
