import type { Command } from 'commander';
import type { BindingConditions, Scope } from '../../client/client.js';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import { take, withListOptions, type ListOptions } from '../listing.js';
import { namesOf } from '../names-of.js';
import { moment, pair } from '../option-values.js';
import type { OpenSession } from '../session.js';
import { UsageError } from '../usage-error.js';

interface CreateOptions {
  readonly everything?: boolean;
  readonly key?: string;
  readonly deny?: boolean;
  readonly expiresAt?: Date;
  readonly tag?: Readonly<Record<string, string>>;
  readonly context?: Readonly<Record<string, string>>;
  readonly contextKeys?: readonly string[];
  readonly source?: readonly string[];
  readonly notBefore?: Date;
  readonly door?: readonly string[];
  readonly require?: readonly ('mfa' | 'mtls')[];
}

export function addBindingCommands(program: Command, open: OpenSession): void {
  const binding = group(program, 'binding', 'Bindings: which caller has which role where');
  withExamples(
    binding
      .command('create')
      .argument('<caller>', 'id or name; group:NAME for a group')
      .argument('<role>', 'such as crypto-user; keystead role list shows all')
      .option('--everything', 'in all keyrings, and where there is none')
      .option('--key <key>', 'for one key of the keyring only')
      .option('--tag <name=value>', 'for the keys of the keyring with this tag only; repeat it for more', pair)
      .option('--context <name=value>', 'only with this pair in the encryption context; repeat it for more', pair)
      .option('--context-keys <names...>', 'only with no other names in the encryption context')
      .option('--source <network...>', 'only from these networks, such as 10.0.0.0/8')
      .option('--door <door...>', 'only by these doors, such as rest')
      .option('--require <strength...>', 'only if the caller proved itself by mfa or mtls')
      .option('--not-before <time>', 'not before, such as 2030-01-31T12:00:00Z', moment)
      .option('--deny', 'forbid instead of allow; it wins over every allow')
      .option('--expires-at <time>', 'the binding ends by itself, such as 2030-01-31T12:00:00Z', moment)
      .description('Give a caller a role in a keyring (--keyring), for one key, or everywhere.')
      .action(async (caller: string, role: string, options: CreateOptions, command: Command) => {
        const session = open(command);
        const scope = scopeOf(
          options,
          session.keyring,
          command.getOptionValueSourceWithGlobals('keyring') !== 'default',
        );
        const { deny, expiresAt } = options;
        const when = conditionsOf(options);
        const effect = deny === true ? { effect: 'deny' as const } : {};
        const end = expiresAt === undefined ? {} : { expiresAt };
        session.show(
          await session.client.bindings.create({ ...holderOf(caller), role, scope, ...effect, ...when, ...end }),
        );
      }),
    'keystead binding create shop crypto-user --keyring default',
    'keystead binding create shop decrypt-only --keyring default --key archive --deny',
    'keystead binding create eve auditor --everything',
    'keystead binding create group:payments crypto-user --keyring payments',
    'keystead binding create shop crypto-user --keyring default --tag team=shop --context tenant=acme --source 10.0.0.0/8',
  );
  withExamples(
    withListOptions(binding.command('list'))
      .option('--caller <caller>', 'id or name')
      .description('List the bindings; with --keyring or --caller, only those.')
      .action(async ({ caller, ...options }: ListOptions & { readonly caller?: string }, command: Command) => {
        const session = open(command);
        const one = command.getOptionValueSourceWithGlobals('keyring') !== 'default';
        const filters = { ...(caller === undefined ? {} : { caller }), ...(one ? { keyring: session.keyring } : {}) };
        const { client } = session;
        const [items, more] = await take(client.bindings.all(filters), options);
        const names = session.json ? new Map<string, string>() : await namesOf(client);
        session.showList(items, more, [
          ['ID', (item) => item.id],
          [
            'CALLER',
            (item) => (item.groupName ? `${GROUP}${item.groupName}` : (names.get(item.caller ?? '') ?? item.caller)),
          ],
          ['ROLE', (item) => item.role],
          ['SCOPE', (item) => scopeText(item.scope, names)],
          ['EFFECT', (item) => item.effect],
          ['CONDITIONS', (item) => item.conditions && JSON.stringify(item.conditions)],
          ['EXPIRES', (item) => item.expiresAt],
        ]);
      }),
    'keystead binding list --caller shop',
  );
  withExamples(
    binding
      .command('delete')
      .argument('<id>')
      .description('Take a binding away.')
      .action(async (id: string, _options: object, command: Command) => {
        const session = open(command);
        await session.client.bindings.delete(id);
        session.show({ id, state: 'deleted' });
      }),
    'keystead binding delete 0198c2f4-…',
  );
}

const GROUP = 'group:';

/** Names of callers hold no colon. */
function holderOf(text: string): { readonly caller: string } | { readonly group: string } {
  return text.startsWith(GROUP) ? { group: text.slice(GROUP.length) } : { caller: text };
}

function scopeText(scope: Scope, names: ReadonlyMap<string, string>): string {
  if ('everything' in scope) return 'everything';
  const keyring = `keyring ${names.get(scope.keyring) ?? scope.keyring}`;
  if (scope.tags) return `${keyring}, tags ${JSON.stringify(scope.tags)}`;
  return scope.key === undefined ? keyring : `${keyring}, key ${scope.key}`;
}

/** A role is never given in a keyring that was not named. */
function scopeOf({ everything, key, tag }: CreateOptions, keyring: string, keyringNamed: boolean): Scope {
  if (everything === true) {
    if (keyringNamed || key !== undefined || tag !== undefined)
      throw new UsageError('Give --everything alone, or --keyring with or without --key.');
    return { everything: true };
  }
  if (!keyringNamed) throw new UsageError('Say where: --keyring KEYRING, with or without --key KEY, or --everything.');
  if (tag === undefined) return key === undefined ? { keyring } : { keyring, key };
  if (key !== undefined) throw new UsageError('Give --key or --tag, not both.');
  return { keyring, tags: tag };
}

function conditionsOf(options: CreateOptions): { readonly conditions?: BindingConditions } {
  const { context: equals, contextKeys: subset, source, notBefore, door, require } = options;
  const context = { ...(equals ? { equals } : {}), ...(subset ? { subset } : {}) };
  const conditions: BindingConditions = {
    ...(equals || subset ? { context } : {}),
    ...(source ? { sourceNetworks: source } : {}),
    ...(notBefore ? { notBefore } : {}),
    ...(door ? { doors: door } : {}),
    ...(require ? { authentication: require } : {}),
  };
  return Object.keys(conditions).length > 0 ? { conditions } : {};
}
