/**
 * From one root to another: every object wrapped by both → every live node opens the canary under the new root → the new
 * root unwraps first and alone wraps what is new → the old wrappings go → done.
 */
export const ROOT_PHASES = ['wrapping', 'confirming', 'cutover', 'dropping', 'done'] as const;

export type RootPhase = (typeof ROOT_PHASES)[number];

export interface RootMigration {
  readonly id: string;
  readonly phase: RootPhase;
  /** `RootKey.id`. */
  readonly fromRoot: string;
  readonly toRoot: string;
  readonly startedAt: Date;
  readonly changedAt: Date;
}

/** As it is stored, in the scope of the install. */
export interface RootMigrationRow extends RootMigration {
  readonly revision: number;
}

/** Where migrations are found. They are moved by `Change.putRootMigration`, with their record. */
export abstract class RootMigrations {
  abstract newest(): Promise<RootMigration | undefined>;

  /**
   * Runs the work unless some node, this one too, is at root work now. A node that dies lets go.
   * @returns whether it ran
   */
  abstract exclusively(work: () => Promise<void>): Promise<boolean>;
}
