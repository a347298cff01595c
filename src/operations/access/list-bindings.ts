import type { BindingRow } from '../../access/records.js';
import { holdersOf } from '../arrival.js';
import { may, mustBeAllowed, permissionDenied } from '../authorise.js';
import type { Need, Resolved, UseOperation } from '../operation.js';
import { pageOfAll, type Page, type PageInput } from '../paging.js';
import { findKeyring } from '../resolve-key.js';
import { resourceOf } from './binding-scope.js';
import { describeBinding, type BindingDescription } from './describe-binding.js';
import { findGroup } from './find-group.js';
import { findCaller } from './resolve-caller.js';

export interface ListBindingsInput extends PageInput {
  /** Only of this caller: id or name. Those of its groups are listed by the group. */
  readonly caller?: string;
  /** Only of this group: id or name. */
  readonly group?: string;
  /** Only in this keyring: id or name. Bindings everywhere hold in it too and are not listed. */
  readonly keyring?: string;
}

interface ResolvedBindings extends Resolved {
  readonly bindings: readonly BindingRow[];
}

/** Those that the caller may see and that were not removed, newest first. */
export const listBindings: UseOperation<ListBindingsInput, ResolvedBindings, Page<BindingDescription>> = {
  name: 'binding.list',

  async resolve(deps, input, arrival) {
    const install = await deps.ledger.install();
    const { access } = install;
    const now = deps.clock.now();
    if (!access.mayAnywhere(holdersOf(arrival), 'binding.list', now)) throw permissionDenied('binding.list');
    const keyring =
      input.keyring === undefined ? undefined : await findKeyring(deps, input.keyring, 'binding.list', arrival);
    const callerId = input.caller === undefined ? undefined : (findCaller(access, input.caller)?.id ?? '');
    const groupId = input.group === undefined ? undefined : (findGroup(access, input.group)?.id ?? '');
    const isMeant = ({ removedAt, scope, ...row }: BindingRow) =>
      removedAt === null &&
      (callerId === undefined || row.callerId === callerId) &&
      (groupId === undefined || row.callerId === groupId) &&
      (keyring === undefined || ('keyring' in scope && scope.keyring === keyring.id)) &&
      may(access, arrival, 'binding.list', resourceOf(scope), now);
    const bindings = install.bindings.filter(isMeant);
    // Whoever sees nothing in a keyring does not learn whether there is one.
    if (keyring && bindings.length === 0) mustBeAllowed(access, arrival, [needIn(keyring.id)], now);
    return {
      bindings,
      needs: [],
      subject: { resource: 'install', ...(keyring ? { keyring: keyring.id } : {}) },
      scopes: [],
      basis: [install],
    };
  },

  async run(deps, { bindings }, input) {
    const { access } = await deps.ledger.install();
    return { output: pageOfAll(bindings, input, (row) => describeBinding(row, access)) };
  },
};

function needIn(keyringId: string): Need {
  return { permission: 'binding.list', resource: { kind: 'keyring', keyringId } };
}
