import { rootBindings } from './account-root.js';
import { NO_ATTRIBUTES, type Attributes } from './conditions.js';
import { covers, grantOf, verdictOf, type Grant, type Resource, type Verdict } from './grant.js';
import { HeldGrants, type Holders } from './held-grants.js';
import { rootArn } from './key-rules/key-request.js';
import { Principals } from './key-rules/principals.js';
import { rulingOf, type Ruling } from './key-rules/ruling.js';
import {
  ACCOUNT_ROOT,
  concernsKeys,
  isEverybodys,
  isRoleName,
  ROLES,
  usesKeys,
  type OperationName,
} from './permissions.js';
import type { AwsAccount } from '../keys/aws-account.js';
import type { KeyringRow } from '../keys/records.js';
import type { BindingRow, BindingScope, CallerRow, CredentialRow, GroupRow, RoleRow } from './records.js';
import { conflictOf, type Held } from './separation.js';

/** A binding that was looked at, and what it said. */
export interface Considered {
  readonly binding: BindingRow;
  readonly verdict: Verdict;
}

/** Who there is and what each may do, compiled once per change; immutable. A check costs no query. */
export class AccessView {
  readonly #grants = new HeldGrants();
  /** Of people, by name. */
  readonly #passwords = new Map<string, CredentialRow>();
  readonly #principals: Principals;
  /** What keyrings stand for at the AWS door, by id. */
  readonly #accounts: ReadonlyMap<string, AwsAccount>;
  /** Groups that are there, by id. */
  readonly groups: ReadonlyMap<string, GroupRow>;
  /** Custom roles that are there, by name. */
  readonly roles: ReadonlyMap<string, RoleRow>;

  constructor(
    readonly callers: ReadonlyMap<string, CallerRow>,
    readonly credentials: ReadonlyMap<string, CredentialRow>,
    bindings: Iterable<BindingRow>,
    roles: Iterable<RoleRow> = [],
    /** Ids of the keyrings in which one may both administer and use keys. */
    private readonly unseparated: ReadonlySet<string> = new Set(),
    groups: Iterable<GroupRow> = [],
    keyrings: readonly KeyringRow[] = [],
  ) {
    this.groups = new Map([...groups].filter((group) => !group.removedAt).map((group) => [group.id, group]));
    this.roles = new Map([...roles].filter((role) => !role.removedAt).map((role) => [role.name, role]));
    this.#principals = new Principals(callers, credentials.values());
    this.#accounts = new Map(
      [...keyrings].flatMap(({ id, awsAccount }) => (awsAccount ? [[id, awsAccount] as const] : [])),
    );
    for (const credential of credentials.values()) {
      const caller = callers.get(credential.callerId);
      if (caller && isPasswordInUse(credential)) this.#passwords.set(caller.name, credential);
    }
    const held = [...bindings].map((binding) => [binding, this.operationsOf(binding.role)] as const);
    const roots = rootBindings(keyrings).map((binding) => [binding, ACCOUNT_ROOT] as const);
    for (const [binding, operations] of [...held, ...roots]) {
      if (binding.removedAt || !operations) continue;
      this.#grants.add(grantOf(binding, operations), this.#holding(binding.callerId));
    }
  }

  /** A caller; or a group and those in it. */
  #holding(holder: string): readonly string[] {
    return [holder, ...(this.groups.get(holder)?.members ?? [])];
  }

  /** The groups whose claim a JWT meets. @returns ids */
  claimedGroups(issuer: string, values: readonly string[]): readonly string[] {
    if (values.length === 0) return [];
    return [...this.groups.values()]
      .filter(({ claim }) => claim?.issuer === issuer && values.includes(claim.value))
      .map(({ id }) => id);
  }

  /** The password of an enrolled person; undefined where nobody has the name, or no password. */
  passwordOf(name: string): CredentialRow | undefined {
    return this.#passwords.get(name);
  }

  /** Of a built-in role or a custom one; undefined where there is none. */
  operationsOf(role: string): readonly OperationName[] | undefined {
    return isRoleName(role) ? ROLES[role] : this.roles.get(role)?.permissions;
  }

  /**
   * Default deny; an explicit deny whose conditions are met wins. A deny for one key or keyring does not deny what is
   * wider, but for all `keys`. Where a key has rules of its own, its policy decides whether bindings count, and it or a grant may
   * allow without one. Whoever may administer a keyring may not use its keys, whatever allows it, where duties are separate.
   */
  may(
    holders: Holders,
    operation: OperationName,
    resource: Resource,
    now: number,
    attributes: Attributes = NO_ATTRIBUTES,
  ): boolean {
    if (isEverybodys(operation)) return true;
    let allowed = false;
    for (const grant of this.#grants.of(holders)) {
      const verdict = verdictOf(grant, operation, resource, now, attributes);
      if (verdict === 'denies') return false;
      if (verdict === 'allows') allowed = true;
    }
    const ruling = this.rulingOn(holders, operation, resource, now, attributes);
    if (ruling) allowed = ruling.allows || (ruling.delegates && allowed);
    return allowed && !this.administeringBinding(holders, operation, resource, now);
  }

  /** What the key policy and the grants of a key say; undefined where it has neither. */
  rulingOn(
    holders: Holders,
    operation: OperationName,
    resource: Resource,
    now: number,
    attributes: Attributes,
  ): Ruling | undefined {
    if (resource.kind !== 'key' || !resource.rules) return undefined;
    const account = this.#accounts.get(resource.keyringId);
    const principals = this.#principals.of(holders, now);
    const names = account ? this.#principals.namesOf(holders, account.accountId) : [];
    return rulingOf(resource.rules, operation, attributes, { principals, names, account, now });
  }

  /** Who callers are in AWS accounts, by their access keys: ARNs, the root of an account first. */
  principalsOf(holders: Holders, now: number): readonly string[] {
    return this.#principals.of(holders, now);
  }

  /** Whether an ARN names a caller with an access key, or the root of an account that a keyring stands for. */
  isPrincipal(arn: string, now: number): boolean {
    const accounts = [...this.#accounts.values()].map(({ accountId }) => accountId);
    return accounts.some((id) => arn === id || arn === rootArn(id)) || this.#principals.has(arn, now);
  }

  /** Why `may` says what it says: every binding of the holders that has the operation, and what it says. */
  consider(
    holders: Holders,
    operation: OperationName,
    resource: Resource,
    now: number,
    attributes: Attributes,
  ): readonly Considered[] {
    return this.#grants.of(holders).map((grant) => ({
      binding: grant.binding,
      verdict: verdictOf(grant, operation, resource, now, attributes),
    }));
  }

  /** The binding that keeps the caller from a use of keys that another allows: it administers there. */
  administeringBinding(
    holders: Holders,
    operation: OperationName,
    resource: Resource,
    now: number,
  ): BindingRow | undefined {
    const grants = this.#grants.administering(holders);
    if (grants.length === 0 || !('keyringId' in resource) || !usesKeys(operation)) return undefined;
    const { keyringId } = resource;
    if (this.unseparated.has(keyringId)) return undefined;
    return grants.find(
      ({ scope, expiresAt }) => expiresAt > now && ('everything' in scope || scope.keyring === keyringId),
    )?.binding;
  }

  /** Whether nobody may both administer and use keys there. */
  isSeparated(resource: Resource): boolean {
    return !('keyringId' in resource) || !this.unseparated.has(resource.keyringId);
  }

  /** The binding of the same holder with which a new one would break the separation of duties; the new one, if alone it does. */
  conflictWith(added: Omit<BindingRow, 'revision'>, now: number): Held['binding'] | undefined {
    const operations = this.operationsOf(added.role);
    if (added.effect === 'deny' || !operations) return undefined;
    for (const holder of this.#holding(added.callerId)) {
      const conflicting = conflictOf(this.#allowing(holder, now), { binding: added, operations }, this.unseparated);
      if (conflicting) return conflicting;
    }
    return undefined;
  }

  /** The binding of a caller with which it would break the separation of duties, were it in the group. */
  conflictInGroup(callerId: string, groupId: string, now: number): Held['binding'] | undefined {
    for (const ofGroup of this.#allowing(groupId, now)) {
      const conflicting = conflictOf(this.#allowing(callerId, now), ofGroup, this.unseparated);
      if (conflicting) return conflicting;
    }
    return undefined;
  }

  #allowing(holder: string, now: number): readonly Grant[] {
    return this.#grants.live(holder, now).filter(({ effect }) => effect === 'allow');
  }

  /** The coarse gate: whether any role of the caller holds the operation at all, wherever and whenever. Never refuses what `may` allows. */
  mayAnywhere(holders: Holders, operation: OperationName, now: number): boolean {
    if (isEverybodys(operation)) return true;
    if (concernsKeys(operation) && this.#principals.of(holders, now).length > 0) return true;
    const grants = this.#grants.of(holders);
    return grants.some((grant) => grant.effect === 'allow' && grant.expiresAt > now && grant.operations.has(operation));
  }

  /**
   * The bindings that give the caller the operation there; none where a deny stands against it.
   * @param attributes undefined: whatever conditions may ask
   */
  granting(
    callerId: string,
    operation: OperationName,
    resource: Resource,
    now: number,
    attributes?: Attributes,
  ): readonly BindingRow[] {
    const isMet = ({ test }: Grant) => !test || !attributes || test(attributes, now);
    const applying = this.#grants
      .live(callerId, now)
      .filter((grant) => grant.operations.has(operation) && covers(grant, resource) && isMet(grant));
    const denied = applying.some(({ effect, test }) => effect === 'deny' && (attributes || !test));
    return denied ? [] : applying.filter(({ effect }) => effect === 'allow').map(({ binding }) => binding);
  }

  /** Where the caller is allowed an operation of a kind, whatever conditions ask and denies take away. */
  scopesOf(callerId: string, isMeant: (operation: OperationName) => boolean, now: number): readonly BindingScope[] {
    const allowing = this.#allowing(callerId, now).filter(({ operations }) => [...operations].some(isMeant));
    return allowing.map(({ scope }) => scope);
  }

  /** The bindings of a caller that have not ended. */
  bindingsOf(callerId: string, now: number): readonly BindingRow[] {
    return this.#grants.live(callerId, now).map(({ binding }) => binding);
  }
}

function isPasswordInUse({ kind, revokedAt, factors }: CredentialRow): boolean {
  return kind === 'password' && !revokedAt && factors?.confirmed === true;
}
