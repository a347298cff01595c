import { find } from '../access/authenticators.js';
import type { AccessView } from '../access/access-view.js';
import type { CallerRow, CredentialRow } from '../access/records.js';
import type { Lanes } from '../access/login-attempts.js';
import type { PresentedPassword } from '../access/presented.js';
import type { Refusal } from '../access/refusal.js';
import { KmsError } from '../errors.js';
import type { InstallView } from '../ledger/ledger.js';
import type { Approach, Arrival, AwsPrincipal } from './arrival.js';
import type { Deps } from './deps.js';
import { sourceKey } from './limits/source-key.js';

/** The reason is for the record, and for doors whose protocol tells clients what is wrong with their signature. */
export class UnauthenticatedError extends KmsError {
  constructor(
    detail: string,
    readonly refusal: Refusal,
    readonly about: string | undefined,
  ) {
    super('unauthenticated', detail);
  }
}

/** Nobody: the same on the wire for every reason, which is in the audit record. */
export interface Unauthenticated {
  readonly error: KmsError;
  readonly detail: { readonly presented: string; readonly reason: Refusal; readonly about?: string };
}

/** Whose credential was presented, if it proves anything and may be used now and from there. */
export async function authenticate(deps: Deps, approach: Approach): Promise<Arrival | Unauthenticated> {
  const install = await deps.ledger.install();
  const { access } = install;
  const { presented } = approach;
  if (!presented) return unauthenticated(approach, { refusal: 'nothing-presented' });
  const now = deps.clock.now();
  const digest = (label: string, ...parts: readonly (Buffer | string)[]) => deps.secrets.digest(label, ...parts);
  const lanes = presented.kind === 'password' ? lanesOf(deps, presented, approach) : undefined;
  const wait = lanes ? await deps.loginAttempts.begin(lanes, new Date(now)) : 0;
  if (wait > 0) return tooManyAttempts(wait);
  const finding = await find(presented, { access, issuers: deps.issuers, digest, now });
  if ('refusal' in finding) return unauthenticated(approach, finding);
  const chosen = choose(access, finding.credentials, approach, now);
  if ('refusal' in chosen) return unauthenticated(approach, { ...finding, ...chosen });
  const { credential, caller } = chosen;
  const { region } = finding;
  const principal = region === undefined ? undefined : principalOf(credential, region, install);
  if (region !== undefined && !principal)
    return unauthenticated(approach, { refusal: 'unknown-region', about: region });
  if (lanes) await deps.loginAttempts.succeed(lanes, new Date(now));
  deps.lastUse.note(credential.id, now);
  const { door, source, requestId, clientRequestId, idempotencyKey, approval, isGone } = approach;
  return {
    caller: { id: caller.id, name: caller.name, type: caller.type },
    credentialId: credential.id,
    strength: finding.strength,
    ...(finding.groups ? { groups: finding.groups } : {}),
    ...(finding.spent ? { spent: finding.spent } : {}),
    ...(principal ? { principal } : {}),
    door,
    source,
    requestId,
    ...(clientRequestId === undefined ? {} : { clientRequestId }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(approval === undefined ? {} : { approval }),
    ...(isGone === undefined ? {} : { isGone }),
  };
}

/** @returns undefined where no keyring stands for the account in this region */
function principalOf({ accessKey }: CredentialRow, region: string, install: InstallView): AwsPrincipal | undefined {
  for (const { id, state, awsAccount } of install.keyringsById.values()) {
    if (state !== 'enabled' || !accessKey || awsAccount?.accountId !== accessKey.accountId) continue;
    if (awsAccount.region !== region) continue;
    const { accountId, root } = accessKey;
    return { accountId, region, root, keyring: id };
  }
  return undefined;
}

/** The newest credential that is live, of the one caller to whom all live ones belong. */
function choose(
  access: AccessView,
  credentials: readonly CredentialRow[],
  approach: Approach,
  now: number,
): { readonly credential: CredentialRow; readonly caller: CallerRow } | { readonly refusal: Refusal } {
  const live = credentials.filter((row) => mayBeUsed(row, approach, now));
  const credential = live.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())[0];
  if (!credential) return { refusal: 'ended-credential' };
  if (live.some(({ callerId }) => callerId !== credential.callerId)) return { refusal: 'ambiguous-credential' };
  const caller = access.callers.get(credential.callerId);
  return caller?.state === 'enabled' ? { credential, caller } : { refusal: 'disabled-caller' };
}

function mayBeUsed(credential: CredentialRow, approach: Approach, now: number): boolean {
  if (credential.revokedAt || (credential.expiresAt && credential.expiresAt.getTime() <= now)) return false;
  return credential.source === 'any' || (!approach.isForwarded && isLoopback(approach.source));
}

function lanesOf({ secrets }: Deps, { name }: PresentedPassword, { source }: Approach): Lanes {
  const address = sourceKey(source);
  return {
    pair: secrets.digest('login', 'pair', name, address),
    name: secrets.digest('login', 'name', name),
    source: secrets.digest('login', 'source', address),
  };
}

/** The same whether anybody has the name. */
function tooManyAttempts(wait: number): Unauthenticated {
  const error = new KmsError('too-many-requests', 'too many attempts to log in; wait as long as Retry-After says');
  return {
    error: Object.assign(error, { retryAfter: Math.ceil(wait) }),
    detail: { presented: 'password', reason: 'too-many-attempts' },
  };
}

function isLoopback(address: string | null): boolean {
  return address !== null && (address === '::1' || /^(::ffff:)?127\./.test(address));
}

function unauthenticated(
  { presented }: Approach,
  { refusal, about }: { readonly refusal: Refusal; readonly about?: string },
): Unauthenticated {
  const error = new UnauthenticatedError(
    presented
      ? 'the credential is not known here, has ended, or may not be used from this address'
      : 'no token: send the header "Authorization: Bearer <token>", or a client certificate where the service asks for one',
    refusal,
    about,
  );
  const detail = { presented: presented?.kind ?? 'nothing', reason: refusal };
  return { error, detail: about === undefined ? detail : { ...detail, about } };
}
