import { setTimeout as sleep } from 'node:timers/promises';
import { Option, type Command } from 'commander';
import type { AuditFilters, AuditRecord } from '../../client/client.js';
import { filtersOf, withAuditFilters } from '../audit-filters.js';
import { withExamples } from '../examples.js';
import { follow } from '../follow.js';
import { group } from '../group.js';
import { pageSize, take, withListOptions, type ListOptions } from '../listing.js';
import { whole } from '../option-values.js';
import type { OpenSession, Session } from '../session.js';
import { table, type Column } from '../table.js';
import { addAuditCreateSignerCommand } from './audit-create-signer.js';
import { addAuditEvidenceCommand } from './audit-evidence.js';
import { addAuditExportCommand } from './audit-export.js';
import { addAuditHashCommand } from './audit-hash.js';
import { addAuditNewEpochCommand } from './audit-new-epoch.js';
import { addAuditRebuildCommand } from './audit-rebuild.js';
import { addAuditRetentionCommands } from './audit-retention.js';
import { addAuditSummaryCommand } from './audit-summary.js';
import { addAuditVerifyCommand } from './audit-verify.js';

type ListingOptions = ListOptions & { readonly follow?: boolean; readonly order: 'newest' | 'oldest' };

const COLUMNS: readonly Column<AuditRecord>[] = [
  ['AT', (record) => record.at],
  ['CALLER', (record) => record.callerName ?? record.caller],
  ['OPERATION', (record) => record.operation],
  ['OUTCOME', (record) => (record.code ? `${record.outcome} ${record.code}` : record.outcome)],
  ['RESOURCE', (record) => record.resource],
];
const FOLLOW_EVERY_MS = 1_000;

export function addAuditCommands(program: Command, open: OpenSession): void {
  const audit = group(program, 'audit', 'The audit records: what was done with every key, and by whom');
  withExamples(
    withAuditFilters(withListOptions(audit.command('query').alias('list')))
      .addOption(new Option('--order <order>', 'which come first').choices(['newest', 'oldest']).default('newest'))
      .option('-f, --follow', 'go on showing new records as they come, oldest first, without those of reading records')
      .description('Search the audit records.')
      .action(async ({ limit, all, follow: following, order }: ListingOptions, command: Command) => {
        const session = open(command);
        const filters = await filtersOf(session.client, command);
        if (following === true) return showAsTheyCome(session, filters);
        const paging = all === undefined ? { limit } : { limit, all };
        const records = session.client.audit.all({ ...filters, order, limit: pageSize(paging) });
        const [items, more] = await take(records, paging);
        session.showList(items, more, COLUMNS);
      }),
    'keystead audit query --key orders --since 1d',
    'keystead audit query --outcome denied --all --json',
    'keystead audit query --source 192.0.2.7 --order oldest',
  );
  withExamples(
    withAuditFilters(audit.command('tail'))
      .option('-n, --lines <n>', 'how many', whole(0, 1_000), 20)
      .option('-f, --follow', 'go on showing new records as they come, without those of reading records')
      .description('Show the newest records, the oldest of them first.')
      .action(async (options: { readonly lines: number; readonly follow?: boolean }, command: Command) => {
        const session = open(command);
        const filters = await filtersOf(session.client, command);
        const { items } = await session.client.audit.records({ ...filters, limit: Math.max(1, options.lines) });
        for (const record of items.slice(0, options.lines).toReversed()) show(session, record);
        const after = items[0]?.index ?? filters.after;
        if (options.follow === true)
          await showAsTheyCome(session, after === undefined ? filters : { ...filters, after });
      }),
    'keystead audit tail -f',
    'keystead audit tail -n 100 --key orders',
  );
  addAuditSummaryCommand(audit, open);
  addAuditExportCommand(audit, open);
  addAuditEvidenceCommand(audit, open);
  addAuditVerifyCommand(audit, open);
  addAuditHashCommand(audit, open);
  addAuditRetentionCommands(audit, open);
  addAuditRebuildCommand(audit, open);
  addAuditNewEpochCommand(audit, open);
  addAuditCreateSignerCommand(audit, open);
}

async function showAsTheyCome(session: Session, filters: AuditFilters): Promise<void> {
  const pause = () => sleep(FOLLOW_EVERY_MS, undefined, { signal: session.terminal.signal });
  for await (const record of follow(session.client.audit, filters, pause)) show(session, record);
}

function show(session: Session, record: AuditRecord): void {
  session.print(session.json ? `${JSON.stringify(record)}\n` : line(record));
}

/** A row without its title. */
function line(record: AuditRecord): string {
  return table(COLUMNS, [record], undefined).split('\n').slice(1).join('\n');
}
