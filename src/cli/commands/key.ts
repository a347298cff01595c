import { Option, type Command } from 'commander';
import type { CreateKeyInput, Key, KeyFilters, RevocationReason, UpdateKeyInput } from '../../client/client.js';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import { pageSize, take, withListOptions, type ListOptions } from '../listing.js';
import { moment, pair, whole } from '../option-values.js';
import { REVOCATION_REASONS } from '../revocation-reasons.js';
import type { OpenSession, Session } from '../session.js';

type CreateOptions = Omit<CreateKeyInput, 'name' | 'tags' | 'origin'> & {
  readonly tag?: Readonly<Record<string, string>>;
  readonly import?: boolean;
};
type UpdateOptions = Omit<UpdateKeyInput, 'tags'> & { readonly tag?: Readonly<Record<string, string>> };

const ID_NAME_OR_ALIAS = 'id, name or alias';

export function addKeyCommands(program: Command, open: OpenSession): void {
  const key = group(program, 'key', 'Keys: make, show, rotate, disable, destroy, import, export');
  addCreate(key, open);
  addList(key, open);
  addUpdate(key, open);
  withExamples(
    key
      .command('show')
      .argument('<key>', ID_NAME_OR_ALIAS)
      .description('Show one key.')
      .action(act(open, (session, name) => session.client.keys.get(name))),
    'keystead key show orders',
  );
  withExamples(
    key
      .command('versions')
      .argument('<key>', ID_NAME_OR_ALIAS)
      .description('List the versions of a key, newest first.')
      .action(async (name: string, _options: object, command: Command) => {
        const session = open(command);
        const [items] = await take(session.client.versions.all(name), { limit: 0, all: true });
        session.showList(items, false, [
          ['VERSION', (item) => item.version],
          ['STATE', (item) => item.state],
          ['PRIMARY', (item) => (item.primary === true ? 'yes' : '')],
          ['REASON', (item) => item.reason],
          ['CREATED', (item) => item.createdAt],
        ]);
      }),
    'keystead key versions orders',
  );
  addTransitions(key, open);
}

function addCreate(key: Command, open: OpenSession): void {
  withExamples(
    key
      .command('create')
      .argument('[name]', 'unique in the keyring; may be left out')
      .option(
        '--spec <spec>',
        'such as aes-256-xaes, rsa-3072, ecc-p256, ed25519, hmac-sha-256, ml-dsa-65',
        'aes-256-xaes',
      )
      .option('--usage <usage>', 'needed where the spec has several: encrypt-decrypt, sign-verify, …')
      .option('--description <text>')
      .option('-t, --tag <name=value>', 'may be given several times', pair)
      .option('--exportable', 'its material may leave the service; cannot be changed later')
      .option('--published', 'its public half appears in the JWKS of the keyring')
      .option('--not-before <time>', 'not usable before, such as 2026-01-31T12:00:00Z', moment)
      .option('--import', 'make it without material, for key import')
      .description('Make a key.')
      .action(async (name: string | undefined, options: CreateOptions, command: Command) => {
        const session = open(command);
        const { tag, import: imported, ...rest } = options;
        const input: CreateKeyInput = {
          ...rest,
          ...(name === undefined ? {} : { name }),
          ...(tag === undefined ? {} : { tags: tag }),
          ...(imported === true ? { origin: 'imported' as const } : {}),
        };
        session.show(await session.client.keys.create(input));
      }),
    'keystead key create orders',
    'keystead key create signing --spec ecc-p256 --tag team=payments',
    'keystead key create partner --spec rsa-3072 --usage encrypt-decrypt',
  );
}

function addList(key: Command, open: OpenSession): void {
  const states = ['pre-active', 'enabled', 'disabled', 'pending-import', 'pending-destruction', 'destroyed'];
  withExamples(
    withListOptions(key.command('list'))
      .addOption(new Option('--state <state>').choices(states))
      .option('--spec <spec>')
      .option('--usage <usage>')
      .option('-t, --tag <tag>', 'name, or name=value')
      .option('--name-prefix <text>')
      .option('--rotation-due-before <time>', 'such as 2026-01-31T12:00:00Z', moment)
      .description('List the keys of the keyring, newest first.')
      .action(async ({ limit, all, ...filters }: ListOptions & KeyFilters, command: Command) => {
        const session = open(command);
        const paging = all === undefined ? { limit } : { limit, all };
        const keys = session.client.keys.all({ ...filters, limit: pageSize(paging) });
        const [items, more] = await take(keys, paging);
        session.showList(items, more, [
          ['NAME', (item) => item.name],
          ['ID', (item) => item.id],
          ['SPEC', (item) => item.spec],
          ['STATE', (item) => item.state],
          ['PRIMARY', (item) => item.primaryVersion],
        ]);
      }),
    'keystead key list',
    'keystead key list --state enabled --tag team=payments --all --json',
  );
}

function addUpdate(key: Command, open: OpenSession): void {
  withExamples(
    key
      .command('update')
      .argument('<key>', ID_NAME_OR_ALIAS)
      .option('--name <name>')
      .option('--description <text>')
      .option('-t, --tag <name=value>', 'all the tags it shall have; may be given several times', pair)
      .option('--published', 'its public half appears in the JWKS of the keyring')
      .option('--no-published', 'it does not')
      .description('Change the name, description, tags or publication of a key.')
      .action(async (name: string, { tag, ...rest }: UpdateOptions, command: Command) => {
        const session = open(command);
        session.show(await session.client.keys.update(name, { ...rest, ...(tag === undefined ? {} : { tags: tag }) }));
      }),
    'keystead key update orders --description "order data" --tag team=payments --tag env=prod',
  );
}

interface RevokeOptions {
  readonly reason: RevocationReason;
  readonly replace?: boolean;
}

function addTransitions(key: Command, open: OpenSession): void {
  const transition = (
    name: string,
    description: string,
    action: (session: Session, key: string) => Promise<Key>,
  ): void => {
    const command = key.command(name).argument('<key>', ID_NAME_OR_ALIAS).description(description);
    withExamples(command.action(act(open, action)), `keystead key ${name} orders`);
  };
  transition('rotate', 'Make a new primary version; older ones still decrypt and verify.', (session, name) =>
    session.client.keys.rotate(name),
  );
  transition('enable', 'Let a disabled key be used again.', (session, name) => session.client.keys.enable(name));
  transition('disable', 'Stop all use of a key, until it is enabled again.', (session, name) =>
    session.client.keys.disable(name),
  );
  transition(
    'cancel-destruction',
    'Keep a key that waits for its destruction; it comes back disabled.',
    (session, name) => session.client.keys.cancelDestruction(name),
  );
  withExamples(
    key
      .command('revoke')
      .argument('<key>', ID_NAME_OR_ALIAS)
      .addOption(new Option('--reason <reason>', 'why').choices(REVOCATION_REASONS).makeOptionMandatory())
      .option('--replace', 'a new version takes over; else the key is disabled until this is done, and it is enabled')
      .description('Revoke all versions of a key for good, with a reason that is written down.')
      .action(async (name: string, options: RevokeOptions, command: Command) => {
        const session = open(command);
        const { reason, ...replace } = options;
        session.show(await session.client.keys.revoke(name, reason, replace));
      }),
    'keystead key revoke orders --reason compromised --replace',
  );
  withExamples(
    key
      .command('schedule-destruction')
      .argument('<key>', ID_NAME_OR_ALIAS)
      .option('--window-days <days>', 'how long it can be cancelled, 7 to 30', whole(7, 30), 30)
      .description('Destroy a key for ever when the window has passed; it cannot be used meanwhile.')
      .action(async (name: string, { windowDays }: { readonly windowDays: number }, command: Command) => {
        const session = open(command);
        session.show(await session.client.keys.scheduleDestruction(name, { windowDays }));
      }),
    'keystead key schedule-destruction old-orders --window-days 7',
  );
}

function act(
  open: OpenSession,
  action: (session: Session, key: string) => Promise<Key>,
): (key: string, options: object, command: Command) => Promise<void> {
  return async (key, _options, command) => {
    const session = open(command);
    session.show(await action(session, key));
  };
}
