import type { Command } from 'commander';
import { generateBootstrapToken } from '../../admin/generate-token.js';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import { take, withListOptions, type ListOptions } from '../listing.js';
import type { OpenSession } from '../session.js';
import { fields } from '../table.js';

interface CreateOptions {
  readonly expiresIn?: string;
  readonly description?: string;
}

interface RotateOptions {
  readonly overlap: string;
  readonly expiresIn?: string;
}

export function addTokenCommands(program: Command, open: OpenSession): void {
  const token = group(program, 'token', 'API tokens of callers');
  withExamples(
    token
      .command('create')
      .argument('<caller>', 'id or name')
      .option('--expires-in <time>', 'such as 90d or 12h')
      .option('--description <text>')
      .description('Make a token. It is shown once, on standard output; everything else goes to standard error.')
      .action(async (caller: string, options: CreateOptions, command: Command) => {
        const session = open(command);
        const { token, ...about } = await session.client.tokens.create(caller, options);
        session.note(fields(about));
        session.show({ ...about, token }, () => `${token}\n`);
      }),
    'keystead token create shop --expires-in 90d > shop.token',
  );
  withExamples(
    withListOptions(token.command('list').argument('<caller>', 'id or name'))
      .description('List the tokens of a caller, without their secrets.')
      .action(async (caller: string, options: ListOptions, command: Command) => {
        const session = open(command);
        const [items, more] = await take(session.client.tokens.all(caller), options);
        session.showList(items, more, [
          ['ID', (item) => item.id],
          ['DESCRIPTION', (item) => item.description],
          ['CREATED', (item) => item.createdAt],
          ['EXPIRES', (item) => item.expiresAt],
          ['LAST USED', (item) => item.lastUsedAt],
          ['REVOKED', (item) => item.revokedAt],
        ]);
      }),
    'keystead token list shop',
  );
  withExamples(
    token
      .command('rotate')
      .argument('<caller>', 'id or name')
      .argument('<token-id>')
      .option('--overlap <time>', 'for how long the old token goes on, such as 12h', '24h')
      .option('--expires-in <time>', 'the life of the new token (default: as long as the old one was given)')
      .description('Make a new token in the place of another. It is shown once, on standard output.')
      .action(async (caller: string, id: string, options: RotateOptions, command: Command) => {
        const session = open(command);
        const { token, previous, ...about } = await session.client.tokens.rotate(caller, id, options);
        session.note(fields({ ...about, previous: previous.id, previousExpiresAt: previous.expiresAt }));
        session.show({ ...about, previous, token }, () => `${token}\n`);
      }),
    'keystead token rotate shop 0Yw3… --overlap 24h > shop.token',
  );
  withExamples(
    token
      .command('revoke')
      .argument('<caller>', 'id or name')
      .argument('<token-id>')
      .description('Revoke a token at once, on every node.')
      .action(async (caller: string, id: string, _options: object, command: Command) => {
        const session = open(command);
        await session.client.tokens.revoke(caller, id);
        session.show({ id, state: 'revoked' });
      }),
    'keystead token revoke shop 0Yw3…',
  );
  withExamples(
    token
      .command('generate')
      .description("Make the first administrator's token, for KEYSTEAD_BOOTSTRAP_TOKEN. Works without a server.")
      .action((_options: object, command: Command) => {
        const made = generateBootstrapToken();
        open(command).show({ token: made }, () => `${made}\n`);
      }),
    'KEYSTEAD_BOOTSTRAP_TOKEN=$(keystead token generate) npm start',
  );
}
