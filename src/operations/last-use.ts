import type { CredentialUses } from '../access/credential-uses.js';

const FLUSH_MS = 5000;

/** When each credential was last used: noted in memory, written down every 5 seconds and at the end, never per request. */
export class LastUse {
  #unsaved = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly uses: CredentialUses) {}

  start(): void {
    this.#timer = setInterval(() => void this.flush().catch(() => undefined), FLUSH_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush().catch(() => undefined);
  }

  /** @param at milliseconds since the epoch, of the database's clock */
  note(credentialId: string, at: number): void {
    this.#unsaved.set(credentialId, at);
  }

  /** What cannot be written now is kept for the next time. @throws KmsError database-unavailable */
  async flush(): Promise<void> {
    const saving = this.#unsaved;
    if (saving.size === 0) return;
    this.#unsaved = new Map();
    try {
      await this.uses.save(new Map([...saving].map(([id, at]) => [id, new Date(at)])));
    } catch (error) {
      for (const [id, at] of saving) this.#unsaved.set(id, Math.max(at, this.#unsaved.get(id) ?? 0));
      throw error;
    }
  }

  /** Of this node up to now, of the others up to 5 seconds ago. @throws KmsError database-unavailable */
  async of(credentialIds: readonly string[]): Promise<ReadonlyMap<string, Date>> {
    const found = new Map(await this.uses.find(credentialIds));
    for (const id of credentialIds) {
      const at = this.#unsaved.get(id);
      if (at !== undefined && at > (found.get(id)?.getTime() ?? 0)) found.set(id, new Date(at));
    }
    return found;
  }
}
