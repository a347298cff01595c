import type { Command } from 'commander';
import type { ExplainInput } from '../../client/client.js';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import { pair } from '../option-values.js';
import type { OpenSession, Session } from '../session.js';

interface Where {
  readonly key?: string;
}

interface ExplainOptions extends Where, Omit<ExplainInput, 'resource' | 'groups'> {
  readonly group?: readonly string[];
}

export function addAccessCommands(program: Command, open: OpenSession): void {
  const access = group(program, 'access', 'Who may do what, and why');
  withExamples(
    access
      .command('explain')
      .requiredOption('--caller <caller>', 'id or name')
      .requiredOption('--operation <operation>', 'such as decrypt')
      .option('--key <key>', 'of the keyring')
      .option('--context <name=value>', 'of the encryption context; repeat it for more', pair)
      .option('--source <address>', 'as if it came from there')
      .option('--door <door>', 'as if it came by it, such as rest')
      .option('--strength <strength>', 'as if it had proved itself so: single, mfa or mtls')
      .option('--group <group...>', 'as if its JWT named this group')
      .description('Whether a caller may do something (with --keyring or --key there), and which bindings decide.')
      .action(async ({ key, group: groups, ...question }: ExplainOptions, command: Command) => {
        const session = open(command);
        const asked = { ...question, ...resourceOf(session, command, key), ...(groups ? { groups } : {}) };
        const explanation = await session.client.access.explain(asked);
        session.note(`${explanation.allowed ? 'yes' : 'no'}: ${explanation.reason}\n`);
        if (session.json) return session.show(explanation);
        session.showList(explanation.bindings, false, [
          ['VERDICT', (item) => item.verdict],
          ['BINDING', (item) => item.id],
          ['ROLE', (item) => item.role],
          ['EFFECT', (item) => item.effect],
          ['OF', (item) => (item.groupName ? `group ${item.groupName}` : 'the caller')],
          ['SCOPE', (item) => JSON.stringify(item.scope)],
          ['CONDITIONS', (item) => item.conditions && JSON.stringify(item.conditions)],
          ['EXPIRES', (item) => item.expiresAt],
        ]);
      }),
    'keystead access explain --caller shop --operation decrypt --key orders',
    'keystead access explain --caller shop --operation encrypt --keyring payments --context tenant=acme --source 10.1.2.3',
  );
  withExamples(
    access
      .command('who-can')
      .argument('<operation>', 'such as decrypt')
      .option('--key <key>', 'of the keyring')
      .description('Every caller who could do something (with --keyring or --key there), and by which bindings.')
      .action(async (operation: string, { key }: Where, command: Command) => {
        const session = open(command);
        const items = await session.client.access.whoCan({ operation, ...resourceOf(session, command, key) });
        session.showList(items, false, [
          ['NAME', (item) => item.name],
          ['KIND', (item) => item.kind],
          ['ID', (item) => item.id],
          ['BINDINGS', (item) => item.bindings.map(({ id }) => id).join(' ')],
          ['CONDITIONS', (item) => (item.bindings.every(({ conditions }) => conditions) ? 'yes' : 'no')],
        ]);
      }),
    'keystead access who-can decrypt --key orders',
  );
}

function resourceOf(session: Session, command: Command, key: string | undefined): { readonly resource?: string } {
  const keyring = `keyrings/${session.keyring}`;
  if (key !== undefined) return { resource: `${keyring}/keys/${key}` };
  return command.getOptionValueSourceWithGlobals('keyring') === 'default' ? {} : { resource: keyring };
}
