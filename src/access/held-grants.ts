import type { Grant } from './grant.js';
import { administers } from './permissions.js';

/** Id of a caller; or that and what else it is for a request: groups of its JWT, the root principal of an account. */
export type Holders = string | readonly string[];

const NOTHING: readonly Grant[] = [];

/** The grants of each caller and group. */
export class HeldGrants {
  readonly #grants = new Map<string, Grant[]>();
  readonly #administering = new Map<string, Grant[]>();

  add(grant: Grant, holders: readonly string[]): void {
    const isAdministering = grant.effect === 'allow' && [...grant.operations].some(administers);
    for (const holder of holders) {
      push(this.#grants, holder, grant);
      if (isAdministering) push(this.#administering, holder, grant);
    }
  }

  of(holders: Holders): readonly Grant[] {
    return heldBy(this.#grants, holders);
  }

  /** Those that have not ended. */
  live(holders: Holders, now: number): readonly Grant[] {
    return this.of(holders).filter(({ expiresAt }) => expiresAt > now);
  }

  /** Those that allow to administer. */
  administering(holders: Holders): readonly Grant[] {
    return heldBy(this.#administering, holders);
  }
}

function heldBy(grants: ReadonlyMap<string, readonly Grant[]>, holders: Holders): readonly Grant[] {
  if (typeof holders === 'string') return grants.get(holders) ?? NOTHING;
  return holders.flatMap((holder) => grants.get(holder) ?? NOTHING);
}

function push(grants: Map<string, Grant[]>, holder: string, grant: Grant): void {
  const held = grants.get(holder);
  if (held) held.push(grant);
  else grants.set(holder, [grant]);
}
