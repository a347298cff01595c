import { KmsError } from '../../errors.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { describeGroup, type GroupDescription } from './describe-group.js';
import { findGroup, groupNotFound } from './find-group.js';
import { resolveInstall } from './resolve-caller.js';

export interface GroupInput {
  /** Id or name. */
  readonly group: string;
}

/** Refused while a binding is for it. @returns the group as it was */
export const deleteGroup: ChangeOperation<GroupInput, Resolved, GroupDescription> = {
  name: 'group.delete',
  resolve: resolveInstall('group.delete'),

  async run(deps, _resolved, { group: ref }, commit) {
    const now = deps.clock.now();
    return commit([INSTALL_SCOPE], async (change) => {
      const { access } = change.install;
      const group = findGroup(access, ref);
      if (!group) throw groupNotFound();
      const [bound] = access.bindingsOf(group.id, now);
      if (bound) throw new KmsError('group-in-use', `binding ${bound.id} is for this group; delete the binding first`);
      change.put('caller_group', { ...group, removedAt: new Date(now) });
      return { output: describeGroup(group, access), detail: { group: group.id } };
    });
  },
};
