import type { BindingRow } from '../../access/records.js';
import { KmsError } from '../../errors.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { may, permissionDenied } from '../authorise.js';
import { guardedBinding } from '../guarded.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { bindingNotFound } from './binding-not-found.js';
import { resourceOf, subjectPartsOf } from './binding-scope.js';
import { describeBinding, type BindingDescription } from './describe-binding.js';

export interface DeleteBindingInput {
  /** Id of the binding. */
  readonly binding: string;
}

interface ResolvedBinding extends Resolved {
  readonly binding: BindingRow;
}

/** @returns the binding as it was */
export const deleteBinding: ChangeOperation<DeleteBindingInput, ResolvedBinding, BindingDescription> = {
  name: 'binding.delete',

  async resolve(deps, input, arrival) {
    const { access, bindings } = await deps.ledger.install();
    const binding = bindings.find(({ id, removedAt }) => id === input.binding && removedAt === null);
    const resource = binding ? resourceOf(binding.scope) : ({ kind: 'install' } as const);
    if (!may(access, arrival, 'binding.delete', resource, deps.clock.now())) throw permissionDenied('binding.delete');
    if (!binding) throw bindingNotFound();
    return {
      binding,
      needs: [{ permission: 'binding.delete', resource }],
      subject: { resource: `caller/${binding.callerId}`, ...subjectPartsOf(binding.scope) },
      scopes: [],
      basis: [binding],
    };
  },

  async run(deps, { binding: { id, callerId, effect } }, _input, commit, arrival) {
    if (effect === 'deny' && callerId === arrival.caller.id) {
      throw new KmsError(
        'permission-denied',
        'nobody binds himself, nor frees himself of a deny: another administrator must delete this binding',
      );
    }
    return commit([INSTALL_SCOPE], async (change) => {
      const current = await change.find('binding', id);
      if (!current || current.removedAt) throw bindingNotFound();
      change.put('binding', { ...current, removedAt: new Date(deps.clock.now()) });
      const { role, scope } = current;
      const guarded = guardedBinding(change.install, current, false);
      return {
        output: describeBinding(current, change.install.access),
        detail: { binding: id, role, effect, scope },
        ...(guarded ? { guarded } : {}),
      };
    });
  },
};
