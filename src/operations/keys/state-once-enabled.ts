import type { KeyRow } from '../../keys/records.js';

/** What a key with material becomes when nothing holds it back but its `notBefore`. */
export function stateOnceEnabled({ notBefore }: Pick<KeyRow, 'notBefore'>, now: number): 'enabled' | 'pre-active' {
  return notBefore && notBefore.getTime() > now ? 'pre-active' : 'enabled';
}
