import type { Command } from 'commander';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import type { OpenSession } from '../session.js';

export function addRoleCommands(program: Command, open: OpenSession): void {
  const role = group(program, 'role', 'Roles: lists of permissions that bindings give');
  withExamples(
    role
      .command('create')
      .argument('<name>')
      .argument('<permission...>', 'such as key.rotate; keystead role list shows those of the built-in roles')
      .description('Make a role.')
      .action(async (name: string, permissions: readonly string[], _options: object, command: Command) => {
        const session = open(command);
        session.show(await session.client.roles.create({ name, permissions }));
      }),
    'keystead role create key-rotator key.rotate key.describe',
  );
  withExamples(
    role
      .command('list')
      .description('List the roles, the built-in ones first.')
      .action(async (_options: object, command: Command) => {
        const session = open(command);
        session.showList(await session.client.roles.list(), false, [
          ['NAME', (item) => item.name],
          ['BUILT IN', (item) => item.builtIn],
          ['PERMISSIONS', (item) => item.permissions.join(' ')],
        ]);
      }),
    'keystead role list',
  );
  withExamples(
    role
      .command('delete')
      .argument('<name>')
      .description('Delete a role. Refused while a binding names it.')
      .action(async (name: string, _options: object, command: Command) => {
        const session = open(command);
        await session.client.roles.delete(name);
        session.show({ name, state: 'deleted' });
      }),
    'keystead role delete key-rotator',
  );
}
