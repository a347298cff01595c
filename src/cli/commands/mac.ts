import type { Command } from 'commander';
import { withExamples } from '../examples.js';
import { openInput, readAll } from '../input.js';
import { whole } from '../option-values.js';
import type { OpenSession, Session } from '../session.js';
import { readValue } from '../value-argument.js';
import { showVerdict } from '../verdict.js';

interface Options {
  readonly key: string;
  readonly keyVersion?: number;
}

const MESSAGE_LIMIT = 2 ** 19;

export function addMacCommands(program: Command, open: OpenSession): void {
  withExamples(
    withKeyOptions(program.command('mac'))
      .description('Make a MAC over a file or standard input. It goes to standard output in base64.')
      .action(async (file: string | undefined, options: Options, command: Command) => {
        const session = open(command);
        const made = await session.client.mac(options.key, await readMessage(session, file, options));
        session.show(made, () => `${made.mac.toString('base64')}\n`);
      }),
    'echo -n "order 4711" | keystead mac --key webhook',
  );
  withExamples(
    withKeyOptions(program.command('verify-mac'))
      .requiredOption('-m, --mac <mac>', 'in base64, or @FILE')
      .description('Verify a MAC over a file or standard input. Exit code 0: valid; 7: not.')
      .action(async (file: string | undefined, options: Options & { readonly mac: string }, command: Command) => {
        const session = open(command);
        const mac = await readValue(options.mac, 'MAC');
        const message = await readMessage(session, file, options);
        showVerdict(session, await session.client.verifyMac(options.key, { ...message, mac }), 'MAC');
      }),
    'echo -n "order 4711" | keystead verify-mac --key webhook --mac uN1…=',
  );
}

function withKeyOptions(command: Command): Command {
  return command
    .argument('[file]', 'the message; none or -: standard input')
    .requiredOption('-k, --key <key>', 'id, name or alias')
    .option('--key-version <n>', 'default: the primary; for verifying: those that may verify', whole(1));
}

async function readMessage(
  session: Session,
  file: string | undefined,
  { keyVersion }: Options,
): Promise<{ readonly message: Buffer; readonly version?: number }> {
  const { stream } = await openInput(session.terminal, file);
  const message = await readAll(
    stream,
    MESSAGE_LIMIT,
    'The message is longer than 512 KiB: make the MAC over a digest of it.',
  );
  return keyVersion === undefined ? { message } : { message, version: keyVersion };
}
