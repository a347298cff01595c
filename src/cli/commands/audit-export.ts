import { Option, type Command } from 'commander';
import type { AuditFilters, AuditRecord, KeysteadClient } from '../../client/client.js';
import { filtersOf, withAuditFilters } from '../audit-filters.js';
import { withExamples } from '../examples.js';
import { EXPORT_FORMATS, exportLines, type ExportFormat } from '../export-lines.js';
import { CheckpointKeeper } from '../kept-checkpoints.js';
import { mustBeFree, writeOutputFile } from '../output-file.js';
import { withCount } from '../progress.js';
import { droppedLine } from '../dropped-line.js';
import { ServerLog } from '../server-log.js';
import type { OpenSession } from '../session.js';
import { UsageError } from '../usage-error.js';

interface Options {
  readonly format: ExportFormat | 'log';
  readonly output?: string;
  readonly checkpoint?: string;
  readonly force?: boolean;
  readonly proofs?: boolean;
  readonly progress: boolean;
}

export function addAuditExportCommand(audit: Command, open: OpenSession): void {
  withExamples(
    withAuditFilters(audit.command('export'))
      .addOption(
        new Option(
          '--format <format>',
          'log: the whole log, byte for byte; the others: of the records that are asked for',
        )
          .choices(['log', ...EXPORT_FORMATS])
          .default('log'),
      )
      .option('--proofs', 'with jsonl: each record as it is in the log, and the proof that it is there')
      .option('-o, --output <file>', 'default: standard output')
      .option('--checkpoint <file>', 'of the whole log: add the signed checkpoint over what is exported to this file')
      .option('--force', 'replace the output file if it exists')
      .option('--no-progress', 'no progress bar')
      .description(
        'Write audit records to a file, the oldest first. The whole log (a record a line) is what `audit verify` takes.',
      )
      .action(async ({ format, output, checkpoint, force, proofs, progress }: Options, command: Command) => {
        const session = open(command);
        const { client, terminal } = session;
        const filters = await filtersOf(client, command);
        const isFiltered = Object.keys(filters).length > 0;
        if (format === 'log' && isFiltered) throw new UsageError('The whole log has no filters: give --format, too.');
        if (checkpoint !== undefined && format !== 'log') throw new UsageError('A checkpoint is of the whole log.');
        if (proofs === true && format !== 'jsonl') throw new UsageError('Proofs are for --format jsonl.');
        if (output !== undefined) mustBeFree({ path: output, force: force === true });
        const watch = <T>(things: AsyncIterable<T>, total?: number) =>
          progress ? withCount(things, total, 'exporting', terminal.stderr) : things;
        const note = format === 'log' ? await client.audit.log.checkpoint() : '';
        const lines =
          format === 'log' ? wholeLog(client, note, watch) : recordsAs(format, client, filters, proofs, watch);
        if (output === undefined) for await (const line of lines) session.print(line);
        else await writeOutputFile({ path: output, force: force === true, mode: 0o600 }, lines, terminal.signal);
        if (checkpoint !== undefined) await new CheckpointKeeper(checkpoint).keep([note]);
      }),
    'keystead audit export -o log.jsonl',
    'keystead audit export --format csv --since 30d -o records.csv',
    'keystead audit export --format jsonl --proofs --key orders -o orders.jsonl',
  );
}

type Watch = <T>(things: AsyncIterable<T>, total?: number) => AsyncIterable<T>;
const NEWLINE = Buffer.from('\n');

async function* wholeLog({ audit: { log } }: KeysteadClient, note: string, watch: Watch): AsyncGenerator<Buffer, void> {
  const size = Number(note.split('\n')[1]);
  const source = await ServerLog.open(log);
  const { minimumIndex } = source;
  if (minimumIndex > 0) yield Buffer.from(`${await droppedLine(source)}\n`);
  const records = watch(source.entries(minimumIndex, size), size - minimumIndex);
  for await (const entry of records) yield Buffer.concat([entry, NEWLINE]);
}

async function* recordsAs(
  format: ExportFormat,
  { audit }: KeysteadClient,
  filters: AuditFilters,
  proofs: boolean | undefined,
  watch: Watch,
): AsyncGenerator<Buffer, void> {
  // What is written meanwhile, the record of this reading included, is left out.
  const until = filters.until ?? new Date();
  const records = watch(audit.all({ ...filters, until, order: 'oldest', limit: 1_000 }));
  yield* proofs === true ? proven(audit, records) : exportLines(records, format);
}

async function* proven(
  audit: KeysteadClient['audit'],
  records: AsyncIterable<AuditRecord>,
): AsyncGenerator<Buffer, void> {
  for await (const { index } of records) {
    const [entry, proof] = [await audit.record(index), await audit.proof(index)];
    yield Buffer.from(`${JSON.stringify({ index, entry: entry.toString('utf8'), proof })}\n`);
  }
}
