import type { Command } from 'commander';
import type { AuditHold } from '../../client/client.js';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import { whole } from '../option-values.js';
import type { OpenSession } from '../session.js';
import { UsageError } from '../usage-error.js';

export function addAuditRetentionCommands(audit: Command, open: OpenSession): void {
  const retention = group(audit, 'retention', 'How long audit records are kept');
  withExamples(
    retention
      .command('show')
      .description('Show the policy, who set and approved it, and from which record on the log is there.')
      .action(async (_options: object, command: Command) => {
        const session = open(command);
        const { auditLog } = await session.client.settings.get();
        session.show(auditLog, () => {
          const { retention: policy, minimumIndex, holds } = auditLog;
          const kept = policy ? `${policy.days} days, set ${policy.setAt} by ${policy.setBy}` : 'for ever';
          const approved = policy && policy.approvers.length > 0 ? `, approved by ${policy.approvers.join(' ')}` : '';
          return `kept           ${kept}${approved}\nminimum index  ${minimumIndex}\nholds          ${holds.length}\n`;
        });
      }),
    'keystead audit retention show',
  );
  withExamples(
    retention
      .command('set')
      .option('--days <n>', 'drop records that are older, at least 365 days', whole(365, 36_500))
      .option('--forever', 'drop none any more')
      .description(
        'Set how long audit records are kept. Older ones are dropped by whole bundles of 256, their hashes and proofs stay. What was dropped does not come back.',
      )
      .action(async ({ days, forever }: { readonly days?: number; readonly forever?: boolean }, command: Command) => {
        if ((days === undefined) === (forever === undefined)) throw new UsageError('Give --days N, or --forever.');
        const session = open(command);
        const auditRetention = days === undefined ? null : { days };
        session.show((await session.client.settings.update({ auditRetention })).auditLog);
      }),
    'keystead audit retention set --days 400',
    'keystead audit retention set --forever',
  );
  addHoldCommands(audit, open);
}

interface AddOptions {
  readonly reason: string;
  readonly everything?: true;
  readonly ofKeyring?: string;
  readonly key?: string;
}

function addHoldCommands(audit: Command, open: OpenSession): void {
  const hold = group(audit, 'hold', 'Legal holds: records that are not dropped, whatever the retention policy says');
  withExamples(
    hold
      .command('add')
      .requiredOption('--reason <text>', 'why, such as the number of a case')
      .option('--everything', 'the whole log')
      .option('--of-keyring <keyring>', 'records of this keyring: id or name')
      .option('--key <key>', 'only of this key of the keyring: id, name or alias')
      .description('Hold records. From the first of them on nothing is dropped from the log.')
      .action(async ({ ofKeyring, ...input }: AddOptions, command: Command) => {
        if ((input.everything === undefined) === (ofKeyring === undefined)) {
          throw new UsageError('Give --everything, or --of-keyring KEYRING, perhaps with --key KEY.');
        }
        const session = open(command);
        const scope = ofKeyring === undefined ? {} : { keyring: ofKeyring };
        session.show(await session.client.audit.createHold({ ...input, ...scope }));
      }),
    'keystead audit hold add --everything --reason "case 2026-17"',
    'keystead audit hold add --of-keyring default --key orders --reason "case 2026-17"',
  );
  withExamples(
    hold
      .command('list')
      .description('List the holds.')
      .action(async (_options: object, command: Command) => {
        const session = open(command);
        const { holds } = (await session.client.settings.get()).auditLog;
        session.showList(holds, false, [
          ['ID', ({ id }) => id],
          ['SCOPE', ({ scope }) => scopeText(scope)],
          ['REASON', ({ reason }) => reason],
          ['CREATED', ({ createdAt }) => createdAt],
          ['BY', ({ createdBy }) => createdBy],
        ]);
      }),
    'keystead audit hold list',
  );
  withExamples(
    hold
      .command('remove')
      .argument('<id>')
      .description('End a hold: what it held may be dropped from now on.')
      .action(async (id: string, _options: object, command: Command) => {
        const session = open(command);
        await session.client.audit.deleteHold(id);
        session.show({ id, state: 'removed' });
      }),
    'keystead audit hold remove 0198c2f4-…',
  );
}

function scopeText(scope: AuditHold['scope']): string {
  if ('everything' in scope) return 'everything';
  return 'key' in scope ? `key ${scope.key}` : `keyring ${scope.keyring}`;
}
