import { Option, type Command } from 'commander';
import type { AuditSummary } from '../../client/client.js';
import { filtersOf, withAuditFilters } from '../audit-filters.js';
import { withExamples } from '../examples.js';
import type { OpenSession } from '../session.js';

const BAR_WIDTH = 40;

const total = (of: AuditSummary['counts']) => of.success + of.denied + of.error;

export function addAuditSummaryCommand(audit: Command, open: OpenSession): void {
  withExamples(
    withAuditFilters(audit.command('summary'))
      .addOption(
        new Option('--interval <interval>', 'of the histogram').choices(['minute', 'hour', 'day']).default('hour'),
      )
      .description(
        'Count the audit records: by outcome, by operation, and over time; of the last 24 hours, or from --since on.',
      )
      .action(async ({ interval }: { readonly interval: AuditSummary['interval'] }, command: Command) => {
        const session = open(command);
        const filters = await filtersOf(session.client, command);
        const summary = await session.client.audit.summary({ ...filters, interval });
        session.show(summary, () => summaryText(summary));
      }),
    'keystead audit summary --since 7d --interval day',
    'keystead audit summary --outcome denied --caller shop',
  );
}

/** Counts, and a bar for each interval. */
export function summaryText({ counts, operations, histogram }: AuditSummary): string {
  const most = Math.max(1, ...histogram.map(total));
  const bars = histogram.map((one) => {
    const bar = '#'.repeat(Math.ceil((total(one) / most) * BAR_WIDTH));
    const bad = one.denied + one.error;
    return `${one.from}  ${bar.padEnd(BAR_WIDTH)}  ${total(one)}${bad > 0 ? ` (${bad} not successful)` : ''}\n`;
  });
  const width = Math.max(0, ...operations.map(({ operation }) => operation.length));
  return [
    `${total(counts)} records: ${counts.success} success, ${counts.denied} denied, ${counts.error} error\n`,
    ...operations.map(({ operation, count }) => `  ${operation.padEnd(width)}  ${count}\n`),
    ...bars,
  ].join('');
}
