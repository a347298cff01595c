import type { Presented, Strength } from '../access/presented.js';
import type { SpentCode } from '../access/factors.js';
import type { CallerRow } from '../access/records.js';

export type { Presented, PresentedCertificate } from '../access/presented.js';

/** A caller at a door, authenticated. Only `Kms.arrive` makes one, and `systemArrival` the service's own. */
export interface Arrival {
  readonly caller: Pick<CallerRow, 'id' | 'name'> & { readonly type: CallerRow['type'] | 'system' };
  readonly credentialId: string | null;
  /** How well it proved itself. */
  readonly strength: Strength;
  /** Ids of groups that its JWT named: it is in them for this request. */
  readonly groups?: readonly string[];
  /** By a password: the code that went with it, to be taken by whatever it is good for. */
  readonly spent?: SpentCode;
  readonly door: string;
  readonly source: string | null;
  readonly requestId: string;
  /** What the client calls this request, for the record alone. */
  readonly clientRequestId?: string;
  readonly idempotencyKey?: string;
  /** Id of the request under dual control that this call executes. */
  readonly approval?: string;
  /** Whether nobody waits for the answer any more. */
  readonly isGone?: () => boolean;
}

/** Who a caller is, as bindings see it: itself, and the groups of its JWT. Groups that it is a member of are compiled in. */
export function holdersOf({ caller, groups }: Pick<Arrival, 'caller' | 'groups'>): string | readonly string[] {
  return groups ? [caller.id, ...groups] : caller.id;
}

/** A request before authentication. */
export interface Approach {
  readonly door: string;
  /** The address of the peer, as the door saw it. */
  readonly source: string | null;
  readonly requestId: string;
  readonly clientRequestId?: string;
  /** Whether somebody else sent it on: then the peer is not where it came from. */
  readonly isForwarded?: true;
  /** The credential as presented; undefined when there was none. */
  readonly presented: Presented | undefined;
  readonly idempotencyKey?: string;
  readonly approval?: string;
  readonly isGone?: () => boolean;
}
