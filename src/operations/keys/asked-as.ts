import type { AskedOfKey } from '../../access/key-rules/key-request.js';

/** Of operations for which another service has more words than this one has. */
export interface AskedAs {
  /** What the rules of the key call it: `TagResource`. Default: what `kmsAction` says. */
  readonly action?: string;
}

export function askedUnder({ action }: AskedAs): AskedOfKey | undefined {
  return action === undefined ? undefined : { action };
}
