import { isRoleName } from '../../access/permissions.js';
import { KmsError } from '../../errors.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { describeRole, type RoleDescription } from './describe-role.js';
import { resolveInstall } from './resolve-caller.js';
import { roleNotFound } from './role-not-found.js';

export interface DeleteRoleInput {
  /** Name of a custom role. */
  readonly role: string;
}

/** Refused while a binding that has not ended names it. @returns the role as it was */
export const deleteRole: ChangeOperation<DeleteRoleInput, Resolved, RoleDescription> = {
  name: 'role.delete',
  resolve: resolveInstall('role.delete'),

  async run(deps, _resolved, { role: name }, commit) {
    if (isRoleName(name)) throw new KmsError('role-in-use', `${name} is a built-in role, which cannot be deleted`);
    const now = deps.clock.now();
    return commit([INSTALL_SCOPE], async (change) => {
      const id = change.install.access.roles.get(name)?.id;
      const current = id === undefined ? undefined : await change.find('role', id);
      if (!current || current.removedAt) throw roleNotFound();
      const user = change.install.bindings.find(
        ({ role, removedAt, expiresAt }) => role === name && !removedAt && (expiresAt?.getTime() ?? Infinity) > now,
      );
      if (user) throw new KmsError('role-in-use', `binding ${user.id} names this role; delete the binding first`);
      change.put('role', { ...current, removedAt: new Date(now) });
      return { output: describeRole(current), detail: { role: name, permissions: current.permissions } };
    });
  },
};
