import type { AccessView } from '../../access/access-view.js';
import { ROLES } from '../../access/permissions.js';
import type { BindingRow, BindingScope, CallerRow, GroupRow } from '../../access/records.js';
import { KmsError } from '../../errors.js';
import { mustBeTags } from '../../keys/names.js';
import { uuidv7 } from '../../keys/uuid.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { Arrival } from '../arrival.js';
import { may, permissionDenied } from '../authorise.js';
import type { Deps } from '../deps.js';
import { guardedBinding } from '../guarded.js';
import { mustBeLive } from '../keys/resolve-key-change.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { findKeyring } from '../resolve-key.js';
import { bindingNotFound } from './binding-not-found.js';
import { conditionsOf, type ConditionsInput } from './binding-conditions.js';
import { resourceOf, subjectPartsOf } from './binding-scope.js';
import { describeBinding, type BindingDescription } from './describe-binding.js';
import { expiryOf } from './expiry.js';
import { findGroup, groupNotFound } from './find-group.js';
import { callerNotFound, findCaller } from './resolve-caller.js';

/** Of roles, in an error. */
const MOST_NAMED = 32;
const MOST_SECONDS = 10 * 366 * 86_400;

export interface CreateBindingInput {
  /** Id or name. One of the two. */
  readonly caller?: string;
  readonly group?: string;
  readonly role: string;
  /** Ids or names: everything, one keyring, one key of it, or its keys with certain tags. */
  readonly scope:
    | { readonly everything: true }
    | { readonly keyring: string; readonly key?: string }
    | { readonly keyring: string; readonly tags: Readonly<Record<string, string>> };
  readonly conditions?: ConditionsInput;
  /** Default `allow`; a deny wins over every allow. */
  readonly effect?: BindingRow['effect'];
  /** Seconds; default never. One of the two. */
  readonly expiresIn?: number;
  readonly expiresAt?: Date;
}

type Holder = { readonly kind: 'caller'; readonly row: CallerRow } | { readonly kind: 'group'; readonly row: GroupRow };

interface ResolvedBinding extends Resolved {
  readonly holder: Holder;
  readonly scope: BindingScope;
}

/** Gives a caller or a group a role, or takes one away from it by a deny. */
export const createBinding: ChangeOperation<CreateBindingInput, ResolvedBinding, BindingDescription> = {
  name: 'binding.create',

  async resolve(deps, input, arrival) {
    const scope = await findScope(deps, input.scope, arrival);
    const resource = resourceOf(scope);
    const { access } = await deps.ledger.install();
    if (!may(access, arrival, 'binding.create', resource, deps.clock.now())) throw permissionDenied('binding.create');
    const holder = findHolder(access, input);
    return {
      holder,
      scope,
      needs: [{ permission: 'binding.create', resource }],
      subject: { resource: `${holder.kind}/${holder.row.id}`, ...subjectPartsOf(scope) },
      scopes: [],
      // A custom role that was made anew under the same name is another one.
      basis: [holder.row, access.roles.get(input.role)],
    };
  },

  async run(deps, { holder, scope }, { role, effect = 'allow', conditions: given, ...expiry }, commit, arrival) {
    const now = deps.clock.now();
    const conditions = conditionsOf(given);
    const expiresAt = expiryOf(endOf(expiry, given), now, MOST_SECONDS);
    const createdBy = arrival.caller.id;
    const row = { id: uuidv7(), callerId: holder.row.id, role, effect, scope, conditions, expiresAt, removedAt: null };
    return commit([INSTALL_SCOPE], async (change) => {
      const { access } = change.install;
      mustNotBeItself(findHolder(access, { [holder.kind]: holder.row.id }), arrival);
      mustBeRole(access, role);
      if (holder.kind === 'group') mustNotDecide(access, role);
      if (!('everything' in scope)) mustBeLive(change, scope.keyring);
      const binding = { ...row, createdAt: new Date(now), createdBy };
      mustBeSeparate(access, binding, now);
      change.put('binding', binding);
      const guarded = guardedBinding(change.install, binding, true);
      return {
        output: describeBinding(binding, access),
        detail: { binding: binding.id, role, effect, scope, ...(conditions ? { conditions } : {}) },
        resourceId: binding.id,
        ...(guarded ? { guarded } : {}),
      };
    });
  },

  async repeat(deps, _resolved, id) {
    const { bindings, access } = await deps.ledger.install();
    const binding = bindings.find((row) => row.id === id);
    if (!binding) throw bindingNotFound();
    return describeBinding(binding, access);
  },
};

/** @throws KmsError caller-not-found, group-not-found, invalid-request */
function findHolder(access: AccessView, { caller, group }: Pick<CreateBindingInput, 'caller' | 'group'>): Holder {
  if ((caller === undefined) === (group === undefined)) {
    throw new KmsError('invalid-request', 'caller, group: give one of the two');
  }
  if (caller !== undefined) {
    const row = findCaller(access, caller);
    if (!row) throw callerNotFound();
    return { kind: 'caller', row };
  }
  const row = findGroup(access, group ?? '');
  if (!row) throw groupNotFound();
  return { kind: 'group', row };
}

/** @throws KmsError permission-denied */
function mustNotBeItself(holder: Holder, { caller, groups = [] }: Arrival): void {
  const isItself =
    holder.kind === 'caller'
      ? holder.row.id === caller.id
      : holder.row.members.includes(caller.id) || groups.includes(holder.row.id);
  if (!isItself) return;
  throw new KmsError('permission-denied', 'nobody binds himself: another administrator must make this binding');
}

/** Approvers are bound one by one, so that it is known who made them and when. @throws KmsError invalid-request */
function mustNotDecide(access: AccessView, role: string): void {
  if (!access.operationsOf(role)?.includes('approval.decide')) return;
  throw new KmsError('invalid-request', `role: ${role} decides approvals, and is bound to callers, not to groups`);
}

async function findScope(deps: Deps, scope: CreateBindingInput['scope'], arrival: Arrival): Promise<BindingScope> {
  if ('everything' in scope) return { everything: true };
  if ('tags' in scope) return tagScope(deps, scope, arrival);
  const { keyring, key } = scope;
  if (key === undefined) return { keyring: (await findKeyring(deps, keyring, 'binding.create', arrival)).id };
  const { id: keyringId } = await findKeyring(deps, keyring, 'binding.create', arrival);
  const snapshot = await deps.ledger.findKey(keyringId, key);
  if (snapshot) return { keyring: keyringId, key: snapshot.key.id };
  const { access } = await deps.ledger.install();
  const mayKnow = may(access, arrival, 'binding.create', { kind: 'keyring', keyringId }, deps.clock.now());
  if (!mayKnow) throw permissionDenied('binding.create');
  // Who gives rights need not see keys: to them this is no `key-not-found`.
  throw new KmsError(
    'invalid-request',
    'scope.key: no key of this keyring has this id, name or alias; a key-admin can list them',
  );
}

async function tagScope(
  deps: Deps,
  { keyring, tags }: { readonly keyring: string; readonly tags: Readonly<Record<string, string>> },
  arrival: Arrival,
): Promise<BindingScope> {
  const { id } = await findKeyring(deps, keyring, 'binding.create', arrival);
  mustBeTags(tags);
  if (Object.keys(tags).length === 0) throw new KmsError('invalid-request', 'scope.tags: give one or more');
  return { keyring: id, tags };
}

type End = Pick<CreateBindingInput, 'expiresIn' | 'expiresAt'>;

/** The end of a binding may be among its conditions. */
function endOf(end: End, conditions: ConditionsInput | undefined): End {
  if (conditions?.expiresAt === undefined) return end;
  if (end.expiresAt === undefined) return { ...end, expiresAt: conditions.expiresAt };
  throw new KmsError('invalid-request', 'expiresAt, conditions.expiresAt: give one of the two');
}

/** @throws KmsError conflicting-binding */
function mustBeSeparate(access: AccessView, binding: Omit<BindingRow, 'revision'>, now: number): void {
  const conflicting = access.conflictWith(binding, now);
  if (!conflicting) return;
  throw new KmsError(
    'conflicting-binding',
    conflicting.id === binding.id
      ? `separation of duties: the role ${binding.role} both administers and uses keys; take two roles for two callers`
      : `separation of duties: with binding ${conflicting.id} the caller would both administer and use keys of one keyring; bind another caller, delete that binding, or have the keyring's setting changed`,
  );
}

/** @throws KmsError invalid-request */
function mustBeRole(access: AccessView, role: string): void {
  if (access.operationsOf(role)) return;
  const names = [...Object.keys(ROLES), ...access.roles.keys()].slice(0, MOST_NAMED);
  throw new KmsError('invalid-request', `role: there is none of this name; one of ${names.join(', ')}`);
}
