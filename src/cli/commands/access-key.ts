import type { Command } from 'commander';
import type { NewAccessKey } from '../../client/access-key-types.js';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import { take, withListOptions, type ListOptions } from '../listing.js';
import type { OpenSession } from '../session.js';
import { fields } from '../table.js';

interface CreateOptions {
  readonly account: string;
  readonly root?: boolean;
  readonly temporary?: boolean;
  readonly expiresIn?: string;
  readonly description?: string;
}

export function addAccessKeyCommands(program: Command, open: OpenSession): void {
  const accessKey = group(program, 'access-key', 'Access keys of callers, for AWS clients');
  withExamples(
    accessKey
      .command('create')
      .argument('<caller>', 'id or name')
      .requiredOption('--account <id>', 'the AWS account in which it signs: twelve digits')
      .option('--root', "as the account's root principal: everything with the keys of its keyrings")
      .option('--temporary', 'good only together with a session token, for an hour by default')
      .option('--expires-in <time>', 'such as 90d or 12h')
      .option('--description <text>')
      .description('Make an access key. Its secret is shown once, on standard output, as lines for a shell.')
      .action(async (caller: string, { account: accountId, ...options }: CreateOptions, command: Command) => {
        const session = open(command);
        const made = await session.client.accessKeys.create(caller, { accountId, ...options });
        const { secretAccessKey, sessionToken, ...about } = made;
        session.note(fields({ ...about }));
        session.show({ ...about, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }, () =>
          exportLines(made),
        );
      }),
    'keystead access-key create shop --account 000000000001 > shop.env',
  );
  withExamples(
    withListOptions(accessKey.command('list').argument('<caller>', 'id or name'))
      .description('List the access keys of a caller, without their secrets.')
      .action(async (caller: string, options: ListOptions, command: Command) => {
        const session = open(command);
        const [items, more] = await take(session.client.accessKeys.all(caller), options);
        session.showList(items, more, [
          ['ID', (item) => item.id],
          ['ACCOUNT', (item) => item.accountId],
          ['ROOT', (item) => (item.root ? 'yes' : '')],
          ['EXPIRES', (item) => item.expiresAt],
          ['LAST USED', (item) => item.lastUsedAt],
          ['REVOKED', (item) => item.revokedAt],
        ]);
      }),
    'keystead access-key list shop',
  );
  withExamples(
    accessKey
      .command('revoke')
      .argument('<caller>', 'id or name')
      .argument('<access-key-id>')
      .description('Revoke an access key at once, on every node.')
      .action(async (caller: string, id: string, _options: object, command: Command) => {
        const session = open(command);
        await session.client.accessKeys.revoke(caller, id);
        session.show({ id, state: 'revoked' });
      }),
    'keystead access-key revoke shop AKIA…',
  );
}

function exportLines({ accessKeyId, secretAccessKey, sessionToken }: NewAccessKey): string {
  const token = sessionToken === undefined ? '' : `export AWS_SESSION_TOKEN='${sessionToken}'\n`;
  return `export AWS_ACCESS_KEY_ID='${accessKeyId}'\nexport AWS_SECRET_ACCESS_KEY='${secretAccessKey}'\n${token}`;
}
