import type { AccessView } from '../access/access-view.js';
import { includesTags } from '../access/grant.js';
import { usesKeys, type OperationName } from '../access/permissions.js';
import type { BindingRow, BindingScope } from '../access/records.js';
import type { KeyRow } from '../keys/records.js';
import type { InstallView } from '../ledger/ledger.js';

/** Why an operation is guarded. */
export type GuardedReason =
  | 'credential-of-key-user'
  | 'credential-of-approver'
  | 'use-of-keys'
  | 'approver-set'
  | 'separation-of-duties'
  | 'aws-account'
  | 'account-root'
  | 'dual-control'
  | 'root-migration'
  | 'key-export'
  | 'keyring-destruction'
  | 'version-in-use'
  | 'legal-hold'
  | 'backup-recipient';

/** By a guarded operation an administrator could reach plaintext, or weaken what keeps him from it. */
export interface Guarded {
  readonly reason: GuardedReason;
  /** Whose approvers it needs, where they have dual control: ids of keyrings; null: the install. */
  readonly places: readonly (string | null)[];
}

/**
 * A credential for this caller: whoever gets it can be the caller.
 * @param issuer of its JWTs, which may name groups besides
 */
export function guardedCredential(
  install: InstallView,
  callerId: string,
  now: number,
  issuer?: string,
): Guarded | undefined {
  const { access } = install;
  const claimed = [...access.groups.values()].filter(({ claim }) => claim && claim.issuer === issuer);
  const uses = [callerId, ...claimed.map(({ id }) => id)].flatMap((id) => access.scopesOf(id, usesKeys, now));
  const decides = access.scopesOf(callerId, isDeciding, now);
  // Key policies and grants may name it.
  const named = keyringsOfPrincipal(install, access.principalsOf(callerId, now));
  const places = [...new Set([...placesOf(install, [...uses, ...decides]), ...named])];
  if (uses.length + named.length > 0) return { reason: 'credential-of-key-user', places };
  return decides.length > 0 ? { reason: 'credential-of-approver', places } : undefined;
}

/** An access key that is no root's: whoever has it can be whom key policies and grants of the account name. */
export function guardedPrincipal(install: InstallView, accountId: string): Guarded | undefined {
  const places = keyringsOf(install, [accountId]);
  return places.length > 0 ? { reason: 'use-of-keys', places } : undefined;
}

function keyringsOfPrincipal(install: InstallView, principals: readonly string[]): readonly string[] {
  return keyringsOf(
    install,
    principals.map((arn) => arn.split(':')[4] ?? ''),
  );
}

function keyringsOf({ keyringsById }: InstallView, accounts: readonly string[]): readonly string[] {
  const keyrings = [...keyringsById.values()].filter(
    ({ state, awsAccount }) => state === 'enabled' && awsAccount && accounts.includes(awsAccount.accountId),
  );
  return keyrings.map(({ id }) => id);
}

/** An access key of an account's root principal: it may everything with the keys of the account. */
export function guardedAccountRoot({ keyringsById }: InstallView, accountId: string): Guarded {
  const keyrings = [...keyringsById.values()].filter(({ awsAccount }) => awsAccount?.accountId === accountId);
  return { reason: 'account-root', places: [null, ...keyrings.map(({ id }) => id)] };
}

/** A binding that comes, or goes. */
export function guardedBinding(
  install: InstallView,
  { role, scope, effect }: Pick<BindingRow, 'role' | 'scope' | 'effect'>,
  comes: boolean,
): Guarded | undefined {
  const operations = rolesOperations(install.access, role);
  const places = placesOf(install, [scope]);
  if (operations.some(isDeciding)) return { reason: 'approver-set', places };
  // A deny that goes gives as much as an allow that comes.
  const gives = (effect === 'allow') === comes;
  return gives && operations.some(usesKeys) ? { reason: 'use-of-keys', places } : undefined;
}

/** Tags of a key that change: bindings for the use of keys by tags come to hold for it, or denies cease to. */
export function guardedTags(
  { access, bindings }: InstallView,
  { keyringId, tags }: Pick<KeyRow, 'keyringId' | 'tags'>,
  after: KeyRow['tags'],
): Guarded | undefined {
  const gives = bindings.some(({ scope, role, effect, removedAt }) => {
    if (removedAt || !('tags' in scope) || scope.keyring !== keyringId) return false;
    const [held, holds] = [tags, after].map((some) => includesTags(some, Object.entries(scope.tags)));
    const comes = effect === 'allow' ? holds && !held : held && !holds;
    return comes && rolesOperations(access, role).some(usesKeys);
  });
  return gives ? { reason: 'use-of-keys', places: [keyringId] } : undefined;
}

/** A caller that comes into a group, or goes: with its bindings for the use of keys, allows and denies alike. */
export function guardedMembership(install: InstallView, groupId: string, now: number): Guarded | undefined {
  const bindings = install.access.bindingsOf(groupId, now);
  const meant = bindings.filter(({ role }) => rolesOperations(install.access, role).some(usesKeys));
  if (meant.length === 0) return undefined;
  return {
    reason: 'use-of-keys',
    places: placesOf(
      install,
      meant.map(({ scope }) => scope),
    ),
  };
}

function rolesOperations(access: AccessView, role: string): readonly OperationName[] {
  return access.operationsOf(role) ?? [];
}

function isDeciding(operation: OperationName): boolean {
  return operation === 'approval.decide';
}

/** Everything is the install and every keyring. */
function placesOf({ keyringsById }: InstallView, scopes: readonly BindingScope[]): readonly (string | null)[] {
  const places = scopes.flatMap((scope) => ('everything' in scope ? [null, ...keyringsById.keys()] : [scope.keyring]));
  return [...new Set(places)];
}
