import { accountRoot } from '../access/account-root.js';
import type { Presented, Strength } from '../access/presented.js';
import type { SpentCode } from '../access/factors.js';
import type { CallerRow } from '../access/records.js';

export type { Presented, PresentedCertificate, PresentedSignature } from '../access/presented.js';

/** A caller at a door, authenticated. Only `Kms.arrive` makes one, and `systemArrival` the service's own. */
export interface Arrival {
  readonly caller: Pick<CallerRow, 'id' | 'name'> & { readonly type: CallerRow['type'] | 'system' };
  readonly credentialId: string | null;
  /** How well it proved itself. */
  readonly strength: Strength;
  /** Ids of groups that its JWT named: it is in them for this request. */
  readonly groups?: readonly string[];
  /** By an access key. */
  readonly principal?: AwsPrincipal;
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

/** Who signed a request with an access key, as AWS sees it. */
export interface AwsPrincipal {
  readonly accountId: string;
  /** For which the request was signed. */
  readonly region: string;
  /** Whether it is the account's root principal. */
  readonly root: boolean;
  /** Id of the keyring that stands for account and region. */
  readonly keyring: string;
}

/**
 * Who a caller is, as bindings see it: itself, the groups of its JWT, the root principal of an account. Groups that it
 * is a member of are compiled in.
 */
export function holdersOf({
  caller,
  groups = [],
  principal,
}: Pick<Arrival, 'caller' | 'groups' | 'principal'>): string | readonly string[] {
  const root = principal?.root ? [accountRoot(principal.accountId)] : [];
  return groups.length + root.length > 0 ? [caller.id, ...groups, ...root] : caller.id;
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
