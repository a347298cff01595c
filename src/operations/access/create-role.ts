import { GRANTABLE, isGrantable, isRoleName, type OperationName } from '../../access/permissions.js';
import { KmsError } from '../../errors.js';
import { mustBeName } from '../../keys/names.js';
import { uuidv7 } from '../../keys/uuid.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { describeRole, type RoleDescription } from './describe-role.js';
import { resolveInstall } from './resolve-caller.js';
import { roleNotFound } from './role-not-found.js';

const MOST_ROLES = 1000;

export interface CreateRoleInput {
  readonly name: string;
  /** Names of operations. */
  readonly permissions: readonly string[];
}

/** A list of permissions with a name, to be bound as the built-in roles are. It is never changed, only deleted. */
export const createRole: ChangeOperation<CreateRoleInput, Resolved, RoleDescription> = {
  name: 'role.create',
  resolve: resolveInstall('role.create'),

  async run(deps, _resolved, { name, permissions }, commit) {
    mustBeName(name, 'name');
    const granted = mustBePermissions(permissions);
    const row = { id: uuidv7(), name, permissions: granted, removedAt: null, createdAt: new Date(deps.clock.now()) };
    return commit([INSTALL_SCOPE], async (change) => {
      const { roles } = change.install.access;
      if (isRoleName(name)) throw new KmsError('name-taken', `${name} is a built-in role; take another name`);
      if (roles.has(name)) throw new KmsError('name-taken', `a role is called ${name}; take another name`);
      if (roles.size >= MOST_ROLES)
        throw new KmsError('limit-reached', `there are ${roles.size} roles; delete one first`);
      change.put('role', row);
      return { output: describeRole(row), detail: { role: name, permissions: granted }, resourceId: row.id };
    });
  },

  async repeat(deps, _resolved, id) {
    const { roles } = (await deps.ledger.install()).access;
    const row = [...roles.values()].find((role) => role.id === id);
    if (!row) throw roleNotFound();
    return describeRole(row);
  },
};

/** In a fixed order, each once. @throws KmsError invalid-request */
function mustBePermissions(permissions: readonly string[]): readonly OperationName[] {
  const unknown = permissions.filter((name) => !isGrantable(name));
  if (unknown.length > 0 || permissions.length === 0) {
    throw new KmsError('invalid-request', `permissions: one or more of ${GRANTABLE.join(', ')}`);
  }
  return GRANTABLE.filter((name) => permissions.includes(name));
}
