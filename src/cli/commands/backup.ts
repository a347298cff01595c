import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { Drill, DrilledKey } from '../../admin/verify-backup.js';
import { askShare } from '../ask-share.js';
import { openerOf, type OpenerOptions } from '../backup-readers.js';
import { withExamples } from '../examples.js';
import { openInput } from '../input.js';
import { NotValidError } from '../not-valid-error.js';
import { mustBeFree, writeOutputFile } from '../output-file.js';
import { packageVersion } from '../package-version.js';
import { withCount, withProgress } from '../progress.js';
import type { Prompt } from '../prompt.js';
import type { OpenSession, Session } from '../session.js';
import { fields, table, type Column } from '../table.js';
import { UsageError } from '../usage-error.js';
import { chooseSecret, withPrompt } from '../with-prompt.js';

interface CreateOptions {
  readonly output?: string;
  readonly recipient: readonly string[];
  readonly passphrase?: boolean;
  readonly force?: boolean;
  readonly progress: boolean;
}

const several = (one: string, before: readonly string[]) => [...before, one];

export function addBackupCommands(program: Command, open: OpenSession): void {
  const backup = withExamples(
    program
      .command('backup')
      .option('-o, --output <file>', 'where to; default: standard output')
      .option('--recipient <age1…>', 'in place of KEYSTEAD_BACKUP_RECIPIENTS; may be given several times', several, [])
      .option('--passphrase', 'in place of recipients; it is asked for')
      .option('--force', 'replace the output file if it exists')
      .option('--no-progress', 'no progress bar')
      .description(
        'Make a backup of everything at one moment, encrypted as age does (age-encryption.org). It runs with the settings of the server, also beside nodes that run, and wants a token of somebody who may (KEYSTEAD_TOKEN; role operator).',
      )
      .action(async (options: CreateOptions, command: Command) => {
        const session = open(command);
        await withPrompt(session, (prompt) => create(session, prompt, options));
      }),
    'keystead backup -o keystead.backup',
    'keystead backup --recipient age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p > keystead.backup',
  );
  withExamples(
    backup
      .command('verify')
      .argument('<file>', 'a backup; - for standard input')
      .option('-i, --identity <file>', 'a secret key of age; may be given several times', several, [])
      .option('--passphrase', 'the passphrase is asked for')
      .description(
        'Restore a backup into a scratch database and open what each key sealed when it was made. It needs the root key of the settings, and nothing else of the service. The exit code is 7 when a key fails.',
      )
      .action(async (file: string, options: OpenerOptions, command: Command) => {
        const session = open(command);
        await withPrompt(session, (prompt) => verify(session, prompt, file, options));
      }),
    'keystead backup verify keystead.backup --identity backup-key.txt',
  );
}

async function create(session: Session, prompt: Prompt, options: CreateOptions): Promise<void> {
  const { output: path, recipient: recipients, passphrase, force = false, progress } = options;
  const { terminal } = session;
  if (recipients.length > 0 && passphrase === true) throw new UsageError('Give --recipient, or --passphrase.');
  if (path === undefined && terminal.stdout.isTTY === true) throw new UsageError('A backup is no text: give -o FILE.');
  if (path !== undefined) mustBeFree({ path, force });
  const readers =
    passphrase === true
      ? { passphrase: await chooseSecret(prompt, 'Passphrase of the backup') }
      : recipients.length > 0
        ? { recipients }
        : undefined;
  // What it needs takes longer to load than all other commands together.
  const { makeBackup } = await import('../../admin/make-backup.js');
  const { token, approval } = session;
  const report = await makeBackup(
    terminal.env,
    { token, approval, readers, release: packageVersion(), share: askShare(prompt) },
    (lines, total) => (progress ? withCount(lines, total, 'backing up', terminal.stderr) : lines),
    async (pieces) => {
      if (path === undefined) await pipeline(pieces, terminal.stdout, { end: false, signal: terminal.signal });
      else await writeOutputFile({ path, force, mode: 0o600 }, pieces, terminal.signal);
    },
  );
  if (path === undefined) session.note(fields(report));
  else session.show({ file: path, ...report }, () => fields({ file: path, ...report }));
}

async function verify(session: Session, prompt: Prompt, file: string, options: OpenerOptions): Promise<void> {
  const opener = await openerOf(prompt, options);
  const { stream, bytes } = await openInput(session.terminal, file);
  const { verifyBackup } = await import('../../admin/verify-backup.js');
  const archive = withProgress(stream, bytes, 'restoring', session.terminal.stderr);
  const drill = await verifyBackup(session.terminal.env, { archive, opener, share: askShare(prompt) });
  const failed = drill.keys.filter(({ versions }) => versions.some(({ failure }) => failure !== null));
  session.show({ ...drill, failed: failed.length }, () => reportOf(drill, failed.length, session.width));
  if (failed.length > 0) throw new NotValidError(`${failed.length} of ${drill.keys.length} keys do not open.`);
}

const COLUMNS: readonly Column<DrilledKey>[] = [
  ['KEYRING', ({ keyring }) => keyring],
  ['KEY', ({ name, key }) => name ?? key],
  ['SPEC', ({ spec }) => spec],
  ['STATE', ({ state }) => state],
  ['OPENS', whatOpens],
];

function reportOf({ keys, ...drill }: Drill, failed: number, width: number | undefined): string {
  return `${table(COLUMNS, keys, width)}\n${fields({ ...drill, keys: keys.length, failed })}`;
}

function whatOpens({ versions }: DrilledKey): string {
  const failed = versions.filter(({ failure }) => failure !== null);
  if (failed.length > 0) return failed.map(({ version, failure }) => `version ${version}: ${failure}`).join('; ');
  return versions.length === 0 ? 'no material' : `${versions.length} of ${versions.length} versions`;
}
