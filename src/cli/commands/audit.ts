import { setTimeout as sleep } from 'node:timers/promises';
import { Option, type Command } from 'commander';
import type { AuditFilters, AuditRecord, KeysteadClient } from '../../client/client.js';
import { withExamples } from '../examples.js';
import { follow } from '../follow.js';
import { group } from '../group.js';
import { pageSize, take, withListOptions, type ListOptions } from '../listing.js';
import { moment } from '../option-values.js';
import type { OpenSession } from '../session.js';
import { table, type Column } from '../table.js';
import { addAuditVerifyCommand } from './audit-verify.js';
import { UsageError } from '../usage-error.js';

type AuditOptions = ListOptions & AuditFilters & { readonly follow?: boolean };

const COLUMNS: readonly Column<AuditRecord>[] = [
  ['AT', (record) => record.at],
  ['CALLER', (record) => record.callerName ?? record.caller],
  ['OPERATION', (record) => record.operation],
  ['OUTCOME', (record) => (record.code ? `${record.outcome} ${record.code}` : record.outcome)],
  ['RESOURCE', (record) => record.resource],
];
const FOLLOW_EVERY_MS = 2_000;

export function addAuditCommands(program: Command, open: OpenSession): void {
  const audit = group(program, 'audit', 'The audit records: what was done with every key, and by whom');
  addAuditVerifyCommand(audit, open);
  withExamples(
    withListOptions(audit.command('list'))
      .option('--key <key>', 'id, name or alias')
      .option('--caller <caller>', 'id or name')
      .option('--operation <operation>', 'such as encrypt or key.rotate')
      .addOption(new Option('--outcome <outcome>').choices(['success', 'denied', 'error']))
      .option('--since <time>', 'a time, or how long ago: 2h, 7d', moment)
      .option('--until <time>', 'a time, or how long ago', moment)
      .option('-f, --follow', 'go on showing new records as they come, oldest first, without those of reading records')
      .description('List audit records, newest first.')
      .action(async ({ limit, all, follow: following, ...chosen }: AuditOptions, command: Command) => {
        const session = open(command);
        const { client } = session;
        const keyringNamed = command.getOptionValueSourceWithGlobals('keyring') !== 'default';
        const filters = await inKeyring(client, chosen, keyringNamed);
        if (following === true) {
          const pause = () => sleep(FOLLOW_EVERY_MS, undefined, { signal: session.terminal.signal });
          for await (const record of follow(client.audit, filters, pause)) {
            session.print(session.json ? `${JSON.stringify(record)}\n` : line(record));
          }
          return;
        }
        const paging = all === undefined ? { limit } : { limit, all };
        const [items, more] = await take(client.audit.all({ ...filters, limit: pageSize(paging) }), paging);
        session.showList(items, more, COLUMNS);
      }),
    'keystead audit list --key orders --since 1d',
    'keystead audit list --outcome denied --all --json',
    'keystead audit list --follow',
  );
}

/** In a keyring that was named, a key is found there, also when others have one of the same name. */
async function inKeyring(client: KeysteadClient, filters: AuditFilters, keyringNamed: boolean): Promise<AuditFilters> {
  if (!keyringNamed) return filters;
  if (filters.key === undefined) throw new UsageError('Records are not filtered by keyring alone: give --key, too.');
  return { ...filters, key: (await client.keys.get(filters.key)).id };
}

/** A row without its title. */
function line(record: AuditRecord): string {
  return table(COLUMNS, [record], undefined).split('\n').slice(1).join('\n');
}
