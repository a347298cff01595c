import type { Command } from 'commander';
import { withExamples } from '../examples.js';
import { makeEvidence } from '../make-evidence.js';
import { moment } from '../option-values.js';
import { mustBeFree, writeOutputFile } from '../output-file.js';
import { withCount } from '../progress.js';
import type { OpenSession } from '../session.js';
import { tarOf } from '../tar.js';

interface Options {
  readonly key: string;
  readonly since?: Date;
  readonly until?: Date;
  readonly kept: readonly string[];
  readonly output: string;
  readonly force?: boolean;
  readonly progress: boolean;
}

export function addAuditEvidenceCommand(audit: Command, open: OpenSession): void {
  withExamples(
    audit
      .command('evidence')
      .requiredOption('--key <key>', 'id, name or alias')
      .option('--since <time>', 'a time, or how long ago: 90d; default: from the beginning', moment)
      .option('--until <time>', 'a time, or how long ago; default: now', moment)
      .option(
        '--kept <file>',
        'checkpoints that were kept: the archive proves that the log goes on from them; may be given several times',
        (path: string, before: readonly string[]) => [...before, path],
        [],
      )
      .option('-o, --output <file>', 'the archive (tar)', 'evidence.tar')
      .option('--force', 'replace the archive if it exists')
      .option('--no-progress', 'no progress bar')
      .description(
        'Make an archive of what was done with a key: its records with their proofs, the checkpoint, its versions, policies and bindings in force, and a report. `audit verify` verifies it without the server.',
      )
      .action(async ({ output: path, force = false, progress, ...asked }: Options, command: Command) => {
        const session = open(command);
        const { client, terminal } = session;
        mustBeFree({ path, force });
        const files = await makeEvidence(client, asked, (records, total) =>
          progress ? withCount(records, total, 'gathering', terminal.stderr) : records,
        );
        await writeOutputFile({ path, force, mode: 0o600 }, tarPieces(files), terminal.signal);
        session.show({ archive: path, files: files.size });
      }),
    'keystead audit evidence --key orders --since 90d -o orders.tar',
    'keystead audit evidence --key orders --kept checkpoints.txt -o orders.tar',
    'keystead audit verify orders.tar --vkey log.vkey --kept checkpoints.txt',
  );
}

async function* tarPieces(files: ReadonlyMap<string, Buffer>): AsyncGenerator<Buffer, void> {
  yield* tarOf(files);
}
