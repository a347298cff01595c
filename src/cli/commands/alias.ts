import type { Command } from 'commander';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import { take, withListOptions, type ListOptions } from '../listing.js';
import type { OpenSession } from '../session.js';

export function addAliasCommands(program: Command, open: OpenSession): void {
  const alias = group(program, 'alias', 'Aliases: further names of keys, which can be moved');
  withExamples(
    alias
      .command('create')
      .argument('<alias>')
      .argument('<key>', 'id, name or alias')
      .description('Make an alias of a key.')
      .action(async (name: string, key: string, _options: object, command: Command) => {
        const session = open(command);
        session.show(await session.client.aliases.create({ name, key }));
      }),
    'keystead alias create current orders',
  );
  withExamples(
    withListOptions(alias.command('list'))
      .description('List the aliases of the keyring.')
      .action(async (options: ListOptions, command: Command) => {
        const session = open(command);
        const [items, more] = await take(session.client.aliases.all(), options);
        session.showList(items, more, [
          ['ALIAS', (item) => item.name],
          ['KEY', (item) => item.keyId],
          ['CREATED', (item) => item.createdAt],
        ]);
      }),
    'keystead alias list',
  );
  withExamples(
    alias
      .command('move')
      .argument('<alias>')
      .argument('<key>', 'id, name or alias')
      .description('Point an alias at another key.')
      .action(async (name: string, key: string, _options: object, command: Command) => {
        const session = open(command);
        session.show(await session.client.aliases.move(name, key));
      }),
    'keystead alias move current orders-2',
  );
  withExamples(
    alias
      .command('delete')
      .argument('<alias>')
      .description('Delete an alias; the key stays.')
      .action(async (name: string, _options: object, command: Command) => {
        const session = open(command);
        await session.client.aliases.delete(name);
        session.show({ alias: name, state: 'deleted' });
      }),
    'keystead alias delete current',
  );
}
