import type { RootKey } from './root-key.js';

/** The roots this node is configured with. */
export class RootKeys {
  constructor(
    readonly current: RootKey,
    /** KEYSTEAD_ROOT_KEY_NEXT: where a migration goes. */
    readonly next: RootKey | undefined,
    /** Which shares unsealed those of `shamir:`, by the setting that names the root. */
    readonly unsealedBy: Readonly<Record<string, readonly number[]>> = {},
  ) {}

  async close(): Promise<void> {
    await Promise.all([this.current.close(), this.next?.close()]);
  }
}
