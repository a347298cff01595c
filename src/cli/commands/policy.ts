import type { Command } from 'commander';
import type { Policy, PolicyWarning } from '../../client/client.js';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import { openInput, readAll } from '../input.js';
import { pair, whole } from '../option-values.js';
import { policyCalendar } from '../policy-calendar.js';
import { printable } from '../printable.js';
import type { OpenSession, Session } from '../session.js';
import { UsageError } from '../usage-error.js';
import { WeakPolicyError } from '../weak-policy-error.js';

interface Target {
  readonly key?: string;
  readonly name?: string;
  readonly tag?: Readonly<Record<string, string>>;
}

const POLICY_BYTES = 64 * 1024;

export function addPolicyCommands(program: Command, open: OpenSession): void {
  const policy = group(program, 'policy', 'Policies: when keys rotate, retire, expire');
  addSetCommands(policy, open);
  withExamples(
    policy
      .command('show')
      .option('--key <key>', 'which policy holds for this key, and why; else those of the keyring')
      .description('Show policies.')
      .action(async ({ key }: Target, command: Command) => {
        const session = open(command);
        const { policies } = session.client;
        session.show(key === undefined ? await policies.get() : await policies.ofKey(key));
      }),
    'keystead policy show',
    'keystead policy show --key orders',
  );
  withExamples(
    policy
      .command('lint')
      .argument('<file>', 'JSON; - for standard input')
      .option('--key <key>', 'as if it were set for this key')
      .option('--tag <name=value>', 'as if it were set for keys with this tag; repeat it for more', pair)
      .description(
        'Compare a policy with NIST SP 800-57, for the keys for which it would hold. Exit code 5 with warnings.',
      )
      .action(async (file: string, target: Target, command: Command) => {
        const session = open(command);
        const input = { policy: await readPolicy(session, file), days: 1, ...inputOf(target) };
        const { warnings } = await session.client.policies.simulate(input);
        session.show({ warnings }, () =>
          warnings.length === 0 ? 'nothing to say against it\n' : warningText(warnings),
        );
        if (warnings.length > 0) throw new WeakPolicyError('The policy is weaker than is recommended.');
      }),
    'keystead policy lint policy.json',
    'keystead policy lint strict.json --tag class=pci',
  );
  withExamples(
    policy
      .command('simulate')
      .argument('[file]', 'JSON; - for standard input. Default: the policies that are in force')
      .option('--key <key>', 'as if it were set for this key')
      .option('--tag <name=value>', 'as if it were set for keys with this tag; repeat it for more', pair)
      .option('--days <n>', 'how far to look ahead', whole(1, 3650), 365)
      .description('Show as a calendar what a policy would do to the keys for which it would hold. Changes nothing.')
      .action(async (file: string | undefined, options: Target & { readonly days: number }, command: Command) => {
        const session = open(command);
        const { days } = options;
        const policy = file === undefined ? {} : { policy: await readPolicy(session, file) };
        const simulation = await session.client.policies.simulate({ ...policy, days, ...inputOf(options) });
        session.show(simulation, () => policyCalendar(simulation) + warningText(simulation.warnings));
      }),
    'keystead policy simulate policy.json --days 730',
    'keystead policy simulate strict.json --tag class=pci',
    'keystead policy simulate own.json --key orders',
    'keystead policy simulate',
  );
}

function addSetCommands(policy: Command, open: OpenSession): void {
  withExamples(
    withTarget(policy.command('set').argument('<file>', 'JSON; - for standard input'))
      .option('--tag <name=value>', 'with --name: for keys with this tag; repeat it for more', pair)
      .description('Set the policy of the keyring, of a key, or for keys with certain tags.')
      .action(async (file: string, target: Target, command: Command) => {
        const session = open(command);
        mustBeTarget(target);
        const { policies } = session.client;
        const document = await readPolicy(session, file);
        const { key, name, tag: tags } = target;
        if ((name === undefined) !== (tags === undefined)) throw new UsageError('Give --name and --tag together.');
        if (name !== undefined && tags) session.show(await policies.setForTags(name, { tags, policy: document }));
        else session.show(key === undefined ? await policies.set(document) : await policies.setForKey(key, document));
      }),
    'keystead policy set policy.json',
    'keystead policy set policy.json --key orders',
    'keystead policy set strict.json --name pci --tag class=pci',
  );
  withExamples(
    withTarget(policy.command('delete'))
      .description('Remove the policy of the keyring, of a key, or for tags.')
      .action(async (target: Target, command: Command) => {
        const session = open(command);
        mustBeTarget(target);
        const { policies } = session.client;
        const { key, name } = target;
        if (name !== undefined) session.show(await policies.deleteForTags(name));
        else session.show(key === undefined ? await policies.delete() : await policies.deleteForKey(key));
      }),
    'keystead policy delete --key orders',
  );
}

function withTarget(command: Command): Command {
  return command
    .option('--key <key>', 'of one key')
    .option('--name <name>', 'of the policy for certain tags that has this name');
}

function mustBeTarget({ key, name }: Target): void {
  if (key !== undefined && name !== undefined) throw new UsageError('Give --key or --name, not both.');
}

function inputOf({ key, tag }: Target): { readonly key?: string; readonly tags?: Readonly<Record<string, string>> } {
  return { ...(key !== undefined && { key }), ...(tag && { tags: tag }) };
}

/** The service checks what it says. */
async function readPolicy({ terminal }: Session, file: string): Promise<Policy> {
  const { stream } = await openInput(terminal, file);
  const text = (await readAll(stream, POLICY_BYTES, 'A policy is at most 64 KiB.')).toString('utf8');
  try {
    const policy: Policy = JSON.parse(text);
    if (typeof policy === 'object' && policy !== null) return policy;
  } catch {
    // said below
  }
  throw new UsageError(
    `${file === '-' ? 'Standard input' : file} holds no JSON object, such as {"rotate": {"every": "90d"}}.`,
  );
}

function warningText(warnings: readonly PolicyWarning[]): string {
  return warnings.map(({ rule, warning }) => `warning: ${printable(`${rule}: ${warning}`)}\n`).join('');
}
