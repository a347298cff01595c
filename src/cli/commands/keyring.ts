import { Option, type Command } from 'commander';
import type { AwsAccount } from '../../client/resource-types.js';
import { dualControlIn, withDualControlOptions, type DualControlOptions } from '../dual-control-options.js';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import { take, withListOptions, type ListOptions } from '../listing.js';
import type { OpenSession } from '../session.js';
import { mustBeConfirmed } from '../confirmation.js';
import { UsageError } from '../usage-error.js';

interface UpdateOptions extends DualControlOptions {
  readonly description?: string;
  readonly separation?: string;
  readonly awsAccount?: string;
}

export function addKeyringCommands(program: Command, open: OpenSession): void {
  const keyring = group(program, 'keyring', 'Keyrings: tenants, each with its own wrapping key');
  withExamples(
    keyring
      .command('create')
      .argument('<name>')
      .option('--description <text>')
      .description('Make a keyring.')
      .action(async (name: string, options: { readonly description?: string }, command: Command) => {
        const session = open(command);
        session.show(await session.client.keyrings.create({ name, ...options }));
      }),
    'keystead keyring create payments --description "card data"',
  );
  withExamples(
    withListOptions(keyring.command('list'))
      .description('List the keyrings.')
      .action(async (options: ListOptions, command: Command) => {
        const session = open(command);
        const [items, more] = await take(session.client.keyrings.all(), options);
        session.showList(items, more, [
          ['NAME', (item) => item.name],
          ['ID', (item) => item.id],
          ['STATE', (item) => item.state],
          ['WRAPPING VERSION', (item) => item.wrappingVersion],
        ]);
      }),
    'keystead keyring list',
  );
  withExamples(
    keyring
      .command('show')
      .argument('[keyring]', 'default: the one of --keyring')
      .description('Show one keyring.')
      .action(async (name: string | undefined, _options: object, command: Command) => {
        const session = open(command);
        session.show(await session.client.keyrings.get(name ?? session.keyring));
      }),
    'keystead keyring show payments',
  );
  addUpdateCommand(keyring, open);
  addRewrapCommands(keyring, open);
  withExamples(
    keyring
      .command('destroy')
      .argument('<keyring>')
      .option('--yes', 'do it: everything encrypted under it is lost for ever')
      .description('Destroy a keyring and all its keys for ever. Refused while it has enabled keys.')
      .action(async (name: string, options: { readonly yes?: boolean }, command: Command) => {
        mustBeConfirmed(
          options.yes,
          `everything that was ever encrypted in the keyring ${name} would be lost for ever`,
        );
        const session = open(command);
        await session.client.keyrings.destroy(name);
        session.show({ keyring: name, state: 'destroyed' });
      }),
    'keystead keyring destroy old-tenant --yes',
  );
}

function addUpdateCommand(keyring: Command, open: OpenSession): void {
  withExamples(
    withDualControlOptions(keyring.command('update').argument('[keyring]', 'default: the one of --keyring'))
      .option('--description <text>')
      .addOption(new Option('--separation <on|off>', 'separation of duties').choices(['on', 'off']))
      .option('--aws-account <account/region|none>', 'what it stands for at the AWS door')
      .description('Change the description or the settings of a keyring.')
      .action(async (name: string | undefined, options: UpdateOptions, command: Command) => {
        const { description, separation, awsAccount } = options;
        const dualControl = dualControlIn(options);
        const session = open(command);
        const input = {
          ...(description === undefined ? {} : { description }),
          ...(separation === undefined ? {} : { separationOfDuties: separation === 'on' }),
          ...(dualControl === undefined ? {} : { dualControl }),
          ...(awsAccount === undefined ? {} : { awsAccount: awsAccountIn(awsAccount) }),
        };
        session.show(await session.client.keyrings.update(name ?? session.keyring, input));
      }),
    'keystead keyring update payments --approvers 2 --operations key.schedule-destruction key.disable',
    'keystead keyring update sandbox --separation off',
    'keystead keyring update shop-eu --aws-account 000000000002/eu-west-1',
  );
}

/** @throws UsageError */
function awsAccountIn(text: string): AwsAccount | null {
  if (text === 'none') return null;
  const [accountId = '', region = '', ...rest] = text.split('/');
  if (region === '' || rest.length > 0) throw new UsageError('--aws-account takes account/region, or none.');
  return { accountId, region };
}

function addRewrapCommands(keyring: Command, open: OpenSession): void {
  withExamples(
    keyring
      .command('rewrap')
      .argument('[keyring]', 'default: the one of --keyring')
      .description('Make a new wrapping key and move all key material to it, in the background.')
      .action(async (name: string | undefined, _options: object, command: Command) => {
        const session = open(command);
        session.show(await session.client.keyrings.rewrap(name ?? session.keyring));
      }),
    'keystead keyring rewrap payments',
  );
  withExamples(
    keyring
      .command('rewrap-status')
      .argument('[keyring]', 'default: the one of --keyring')
      .description('Show how far a rewrap is.')
      .action(async (name: string | undefined, _options: object, command: Command) => {
        const session = open(command);
        session.show(await session.client.keyrings.rewrapStatus(name ?? session.keyring));
      }),
    'keystead keyring rewrap-status payments --json',
  );
}
