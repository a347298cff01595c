import type { Presented } from '../../src/access/presented.js';

/** A token as it is presented; undefined: nothing is. */
export function asToken(token: string | undefined): Presented | undefined {
  return token === undefined ? undefined : { kind: 'token', token };
}
