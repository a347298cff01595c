import type { Command } from 'commander';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import { take, withListOptions, type ListOptions } from '../listing.js';
import type { OpenSession } from '../session.js';
import { UsageError } from '../usage-error.js';

interface CreateOptions {
  readonly description?: string;
  readonly issuer?: string;
  readonly claim?: string;
}

export function addGroupCommands(program: Command, open: OpenSession): void {
  const groups = group(program, 'group', 'Groups of callers, which are bound together');
  withExamples(
    groups
      .command('create')
      .argument('<name>')
      .option('--description <text>')
      .option('--issuer <url>', 'with --claim: also whoever brings a JWT of this issuer')
      .option('--claim <value>', 'that has this value in its groups claim')
      .description('Make a group.')
      .action(async (name: string, { description, issuer, claim }: CreateOptions, command: Command) => {
        if ((issuer === undefined) !== (claim === undefined))
          throw new UsageError('Give --issuer and --claim together.');
        const session = open(command);
        const mapped = issuer === undefined || claim === undefined ? {} : { claim: { issuer, value: claim } };
        const about = description === undefined ? {} : { description };
        session.show(await session.client.groups.create({ name, ...about, ...mapped }));
      }),
    'keystead group create payments',
    'keystead group create operators --issuer https://login.example --claim kms-operators',
  );
  withExamples(
    withListOptions(groups.command('list'))
      .description('List the groups.')
      .action(async (options: ListOptions, command: Command) => {
        const session = open(command);
        const [items, more] = await take(session.client.groups.all(), options);
        session.showList(items, more, [
          ['NAME', (item) => item.name],
          ['ID', (item) => item.id],
          ['MEMBERS', (item) => item.members.map(({ id, name }) => name ?? id).join(' ')],
          ['CLAIM', (item) => item.claim && `${item.claim.issuer} ${item.claim.value}`],
        ]);
      }),
    'keystead group list',
  );
  for (const action of ['add', 'remove'] as const) {
    withExamples(
      groups
        .command(action)
        .argument('<group>', 'id or name')
        .argument('<caller>', 'id or name')
        .description(action === 'add' ? 'Put a caller into a group.' : 'Take a caller out of a group.')
        .action(async (name: string, caller: string, _options: object, command: Command) => {
          const session = open(command);
          await session.client.groups[action](name, caller);
          session.show({ group: name, caller, state: action === 'add' ? 'member' : 'no member' });
        }),
      `keystead group ${action} payments shop`,
    );
  }
  withExamples(
    groups
      .command('delete')
      .argument('<group>', 'id or name')
      .description('Delete a group. Refused while a binding is for it.')
      .action(async (name: string, _options: object, command: Command) => {
        const session = open(command);
        await session.client.groups.delete(name);
        session.show({ name, state: 'deleted' });
      }),
    'keystead group delete payments',
  );
}
