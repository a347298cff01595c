import type { Command } from 'commander';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import { take, withListOptions, type ListOptions } from '../listing.js';
import type { OpenSession } from '../session.js';

export function addCallerCommands(program: Command, open: OpenSession): void {
  const caller = group(program, 'caller', 'Callers: services, persons and nodes that may come');
  withExamples(
    caller
      .command('create')
      .argument('<name>')
      .option('--type <type>', 'service, person or node', 'service')
      .description('Make a caller. It may do nothing until a role is bound to it.')
      .action(async (name: string, { type }: { readonly type: string }, command: Command) => {
        const session = open(command);
        session.show(await session.client.callers.create({ name, type }));
      }),
    'keystead caller create shop',
    'keystead caller create alice --type person',
  );
  withExamples(
    withListOptions(caller.command('list'))
      .description('List the callers.')
      .action(async (options: ListOptions, command: Command) => {
        const session = open(command);
        const [items, more] = await take(session.client.callers.all(), options);
        session.showList(items, more, [
          ['NAME', (item) => item.name],
          ['ID', (item) => item.id],
          ['TYPE', (item) => item.type],
          ['STATE', (item) => item.state],
        ]);
      }),
    'keystead caller list',
  );
  withExamples(
    caller
      .command('show')
      .argument('<caller>', 'id or name')
      .description('Show one caller.')
      .action(async (name: string, _options: object, command: Command) => {
        const session = open(command);
        session.show(await session.client.callers.get(name));
      }),
    'keystead caller show shop',
  );
  for (const action of ['disable', 'enable'] as const) {
    withExamples(
      caller
        .command(action)
        .argument('<caller>', 'id or name')
        .description(
          action === 'disable' ? 'Let none of its credentials open anything.' : 'Let a disabled caller in again.',
        )
        .action(async (name: string, _options: object, command: Command) => {
          const session = open(command);
          session.show(await session.client.callers[action](name));
        }),
      `keystead caller ${action} shop`,
    );
  }
}
