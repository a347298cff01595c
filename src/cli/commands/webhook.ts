import { Option, type Command } from 'commander';
import type { DeliveryState } from '../../client/client.js';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import { take, withListOptions, type ListOptions } from '../listing.js';
import type { OpenSession } from '../session.js';
import { fields } from '../table.js';

interface AddOptions {
  readonly type?: readonly string[];
  readonly onlyKeyring?: string;
}

const STATES = ['pending', 'delivered', 'dead'] as const;

export function addWebhookCommands(program: Command, open: OpenSession): void {
  const webhook = group(program, 'webhook', 'Webhooks: where events are sent');
  withExamples(
    webhook
      .command('add')
      .argument('<url>', 'https://…, or http:// to this machine')
      .option('--type <type...>', 'only these events (default: all)')
      .option('--only-keyring <keyring>', 'only events about this keyring (default: all)')
      .description(
        'Make a webhook. Its secret is shown once, on standard output; everything else goes to standard error.',
      )
      .action(async (url: string, { type, onlyKeyring }: AddOptions, command: Command) => {
        const session = open(command);
        const filters = { ...(type && { types: type }), ...(onlyKeyring !== undefined && { keyring: onlyKeyring }) };
        const { secret, ...about } = await session.client.webhooks.create({ url, ...filters });
        session.note(fields(about));
        session.show({ ...about, secret }, () => `${secret}\n`);
      }),
    'keystead webhook add https://hooks.example/keystead --type keystead.key.rotation-overdue > webhook.secret',
  );
  withExamples(
    withListOptions(webhook.command('list'))
      .description('List the webhooks.')
      .action(async (options: ListOptions, command: Command) => {
        const session = open(command);
        const [items, more] = await take(session.client.webhooks.all(), options);
        session.showList(items, more, [
          ['ID', (item) => item.id],
          ['URL', (item) => item.url],
          ['TYPES', (item) => item.types?.join(' ') ?? 'all'],
          ['KEYRING', (item) => item.keyring ?? 'all'],
          ['CREATED', (item) => item.createdAt],
        ]);
      }),
    'keystead webhook list',
  );
  withExamples(
    webhook
      .command('show')
      .argument('<id>')
      .description('Show a webhook, without its secret.')
      .action(async (id: string, _options: object, command: Command) => {
        const session = open(command);
        session.show(await session.client.webhooks.get(id));
      }),
    'keystead webhook show 0198c2f4-…',
  );
  withExamples(
    webhook
      .command('remove')
      .argument('<id>')
      .description('Remove a webhook, with its secret and what was not delivered yet.')
      .action(async (id: string, _options: object, command: Command) => {
        const session = open(command);
        await session.client.webhooks.delete(id);
        session.show({ id, state: 'removed' });
      }),
    'keystead webhook remove 0198c2f4-…',
  );
  withExamples(
    webhook
      .command('test')
      .argument('<id>')
      .description('Send a ping; the deliveries show what came of it.')
      .action(async (id: string, _options: object, command: Command) => {
        const session = open(command);
        session.show(await session.client.webhooks.test(id));
      }),
    'keystead webhook test 0198c2f4-…',
  );
  addDeliveryCommands(webhook, open);
}

function addDeliveryCommands(webhook: Command, open: OpenSession): void {
  withExamples(
    withListOptions(webhook.command('deliveries').argument('<id>'))
      .addOption(new Option('--state <state>', 'only in this state').choices(STATES))
      .description('List what was sent, is to be sent, and could not be sent.')
      .action(async (id: string, options: ListOptions & { readonly state?: DeliveryState }, command: Command) => {
        const session = open(command);
        const [items, more] = await take(session.client.webhooks.allDeliveries(id, options.state), options);
        session.showList(items, more, [
          ['ID', (item) => item.id],
          ['TYPE', (item) => item.event?.type ?? 'tampered'],
          ['SUBJECT', (item) => item.event?.subject],
          ['STATE', (item) => item.state],
          ['FAILED', (item) => item.attempts],
          ['STATUS', (item) => item.lastStatus],
          ['ERROR', (item) => item.lastError],
          ['CREATED', (item) => item.createdAt],
          ['NEXT', (item) => item.nextAttemptAt],
        ]);
      }),
    'keystead webhook deliveries 0198c2f4-… --state dead',
  );
  withExamples(
    webhook
      .command('redeliver')
      .argument('<id>')
      .argument('<delivery-id>')
      .description('Send a dead delivery, or one that was made, once more.')
      .action(async (id: string, delivery: string, _options: object, command: Command) => {
        const session = open(command);
        session.show(await session.client.webhooks.redeliver(id, delivery));
      }),
    'keystead webhook redeliver 0198c2f4-… 0198c2f5-…',
  );
}
