import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { VerifierKey } from '../../audit/verifier/open-note.js';
import { askShare } from '../ask-share.js';
import { openerOf, type OpenerOptions } from '../backup-readers.js';
import { withExamples } from '../examples.js';
import { openInput } from '../input.js';
import { readCheckpoints } from '../kept-checkpoints.js';
import { LogFile } from '../log-file.js';
import { withProgress } from '../progress.js';
import type { Prompt } from '../prompt.js';
import type { OpenSession, Session } from '../session.js';
import { UsageError } from '../usage-error.js';
import { withPrompt } from '../with-prompt.js';

interface Options extends OpenerOptions {
  readonly log?: string;
  readonly withoutLog?: boolean;
  readonly logEndsEarly?: boolean;
  readonly vkey?: string;
  readonly kept: readonly string[];
}

const several = (one: string, before: readonly string[]) => [...before, one];

export function addRestoreCommand(program: Command, open: OpenSession): void {
  withExamples(
    program
      .command('restore')
      .argument('<file>', 'a backup; - for standard input')
      .option('-i, --identity <file>', 'a secret key of age; may be given several times', several, [])
      .option('--passphrase', 'the passphrase is asked for')
      .option('--log <file>', 'the newest export of the audit log (keystead audit export)')
      .option('--kept <file>', 'checkpoints that were kept; may be given several times', several, [])
      .option('--vkey <key>', "the log's verifier key, or a file that holds it; default: the one in the backup")
      .option(
        '--log-ends-early',
        'what this node signed last goes further: what the records in between destroyed or revoked is good again',
      )
      .option('--without-log', 'there is none: what was destroyed or revoked after the backup is good again')
      .description(
        'Fill the empty database of the settings from a backup, while no node runs. What was destroyed or revoked after it is destroyed and revoked again, by the audit log. The log goes on under a new origin and a new key. What fails leaves the database empty.',
      )
      .action(async (file: string, options: Options, command: Command) => {
        const session = open(command);
        await withPrompt(session, (prompt) => restore(session, prompt, file, options));
      }),
    'keystead restore keystead.backup -i backup-key.txt --log log.jsonl --kept checkpoints.txt',
    'keystead restore keystead.backup -i backup-key.txt --without-log',
  );
}

async function restore(session: Session, prompt: Prompt, file: string, options: Options): Promise<void> {
  const { log: path, withoutLog = false } = options;
  if ((path !== undefined) === withoutLog) {
    throw new UsageError('Give --log FILE, the export of the audit log; or --without-log, if there is none.');
  }
  const log = path === undefined ? undefined : await laterLog(path, options);
  const opener = await openerOf(prompt, options);
  const { stream, bytes } = await openInput(session.terminal, file);
  // What it needs takes longer to load than all other commands together.
  const { restoreBackup } = await import('../../admin/restore-backup.js');
  const archive = withProgress(stream, bytes, 'restoring', session.terminal.stderr);
  session.show(await restoreBackup(session.terminal.env, { archive, opener, share: askShare(prompt) }, log));
}

async function laterLog(path: string, { vkey, kept, logEndsEarly = false }: Options) {
  if (!existsSync(path)) throw new UsageError(`${path}: there is no such file.`);
  return {
    source: await LogFile.open(path),
    checkpoints: (signer: VerifierKey) => kept.flatMap((one) => readCheckpoints(one, signer)),
    verifierKey: vkey === undefined ? undefined : existsSync(vkey) ? readFileSync(vkey, 'utf8') : vkey,
    endsEarly: logEndsEarly,
  };
}
