import { isRoleName, ROLES } from '../../access/permissions.js';
import type { BindingRow, BindingScope, CallerRow } from '../../access/records.js';
import { KmsError } from '../../errors.js';
import { uuidv7 } from '../../keys/uuid.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { Arrival } from '../arrival.js';
import { may, permissionDenied } from '../authorise.js';
import type { Deps } from '../deps.js';
import { mustBeLive } from '../keys/resolve-key-change.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { findKeyring } from '../resolve-key.js';
import { bindingNotFound } from './binding-not-found.js';
import { resourceOf, subjectPartsOf } from './binding-scope.js';
import { describeBinding, type BindingDescription } from './describe-binding.js';
import { expiryOf } from './expiry.js';
import { callerNotFound, findCaller } from './resolve-caller.js';

const MOST_SECONDS = 10 * 366 * 86_400;

export interface CreateBindingInput {
  /** Id or name. */
  readonly caller: string;
  readonly role: string;
  /** Ids or names: everything, one keyring, or one key of it. */
  readonly scope: { readonly everything: true } | { readonly keyring: string; readonly key?: string };
  /** Default `allow`; a deny wins over every allow. */
  readonly effect?: BindingRow['effect'];
  /** Seconds; default never. One of the two. */
  readonly expiresIn?: number;
  readonly expiresAt?: Date;
}

interface ResolvedBinding extends Resolved {
  readonly caller: CallerRow;
  readonly scope: BindingScope;
}

/** Gives a caller a role, or takes one away from it by a deny. */
export const createBinding: ChangeOperation<CreateBindingInput, ResolvedBinding, BindingDescription> = {
  name: 'binding.create',

  async resolve(deps, input, arrival) {
    const scope = await findScope(deps, input.scope, arrival);
    const resource = resourceOf(scope);
    const { access } = await deps.ledger.install();
    if (!may(access, arrival, 'binding.create', resource, deps.clock.now())) throw permissionDenied('binding.create');
    const caller = findCaller(access, input.caller);
    if (!caller) throw callerNotFound();
    return {
      caller,
      scope,
      needs: [{ permission: 'binding.create', resource }],
      subject: { resource: `caller/${caller.id}`, ...subjectPartsOf(scope) },
      scopes: [],
      basis: [caller],
    };
  },

  async run(deps, { caller, scope }, { role, effect = 'allow', ...expiry }, commit, arrival) {
    if (!isRoleName(role)) {
      throw new KmsError(
        'invalid-request',
        `role: there is none of this name; one of ${Object.keys(ROLES).join(', ')}`,
      );
    }
    if (caller.id === arrival.caller.id) {
      throw new KmsError('permission-denied', 'nobody binds himself: another administrator must make this binding');
    }
    const now = deps.clock.now();
    const expiresAt = expiryOf(expiry, now, MOST_SECONDS);
    const row = { id: uuidv7(), callerId: caller.id, role, effect, scope, expiresAt, removedAt: null };
    return commit([INSTALL_SCOPE], async (change) => {
      const { access } = change.install;
      if (!access.callers.has(caller.id)) throw callerNotFound();
      if (!('everything' in scope)) mustBeLive(change, scope.keyring);
      const binding = { ...row, createdAt: new Date(now) };
      change.put('binding', binding);
      return {
        output: describeBinding(binding, access),
        detail: { binding: binding.id, role, effect, scope },
        resourceId: binding.id,
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

async function findScope(deps: Deps, scope: CreateBindingInput['scope'], arrival: Arrival): Promise<BindingScope> {
  if ('everything' in scope) return { everything: true };
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
