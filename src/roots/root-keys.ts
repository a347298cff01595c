import type { RootKey } from './root-key.js';

/** The roots this node is configured with. */
export class RootKeys {
  constructor(
    readonly current: RootKey,
    /** KEYSTEAD_ROOT_KEY_NEXT: where a migration goes. */
    readonly next: RootKey | undefined,
  ) {}

  async close(): Promise<void> {
    await Promise.all([this.current.close(), this.next?.close()]);
  }
}
