/** A key as the schedule finds it. */
export interface DueKey {
  readonly keyringId: string;
  readonly keyId: string;
}

/** A campaign as the schedule finds it. */
export interface DueCampaign {
  readonly keyringId: string;
  readonly id: string;
}

/** What the schedule looks for. Finds only: whatever it then does is decided again on verified state. */
export abstract class MaintenanceStore {
  /** Keys pending destruction whose time has come, in keyrings that are not destroyed. */
  abstract dueDestructions(now: Date, limit: number): Promise<DueKey[]>;

  /** Ids of keyrings, not destroyed, with a wrapping key version that is `retiring`. */
  abstract keyringsToRewrap(): Promise<string[]>;

  /** Open campaigns whose old versions nobody used for the agreed time, as far as use is written down. */
  abstract quietCampaigns(now: Date, limit: number): Promise<DueCampaign[]>;

  /** Drops idempotency keys older than 24 hours, import tokens that expired, deliveries that were over long ago. */
  abstract purge(now: Date): Promise<void>;
}
