import { isRoleName, ROLES } from '../../access/permissions.js';
import type { Resolved, UseOperation } from '../operation.js';
import { describeRole, type RoleDescription } from './describe-role.js';
import { resolveInstall } from './resolve-caller.js';

/** The built-in roles, then the custom ones by name. */
export const listRoles: UseOperation<object, Resolved, { readonly items: readonly RoleDescription[] }> = {
  name: 'role.list',
  resolve: resolveInstall('role.list'),

  async run(deps) {
    const { roles } = (await deps.ledger.install()).access;
    const builtIn = Object.keys(ROLES)
      .filter(isRoleName)
      .map((name) => ({ id: null, name, builtIn: true, permissions: ROLES[name], createdAt: null }));
    const custom = [...roles.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return { output: { items: [...builtIn, ...custom.map(describeRole)] } };
  },
};
