import type { RewrapCounts } from './campaign-types.js';
import type { Campaigns } from './campaigns.js';

/** Tells a campaign how far the work is, now and then. What cannot be told is told the next time. */
export class CampaignReports {
  #counts = { rewrapped: 0, skipped: 0, failed: 0 };
  #sentAt = performance.now();

  constructor(
    private readonly campaigns: Pick<Campaigns, 'report'>,
    private readonly campaign: string,
    private readonly everyMs: number,
    private readonly onError: (error: unknown) => void,
  ) {}

  count(outcome: keyof RewrapCounts): void {
    this.#counts[outcome] += 1;
  }

  async sendIfDue(): Promise<void> {
    if (performance.now() - this.#sentAt >= this.everyMs) await this.send();
  }

  /** Never throws. */
  async send(): Promise<void> {
    const counts = this.#counts;
    this.#sentAt = performance.now();
    if (Object.values(counts).every((count) => count === 0)) return;
    try {
      await this.campaigns.report(this.campaign, counts);
      this.#counts = { rewrapped: 0, skipped: 0, failed: 0 };
    } catch (error) {
      this.onError(error);
    }
  }
}
