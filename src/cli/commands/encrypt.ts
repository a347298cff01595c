import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { EncryptionContext } from '../../client/client.js';
import { withExamples } from '../examples.js';
import { openInput, readAll, type Input } from '../input.js';
import { pair } from '../option-values.js';
import { mustBeFree, writeOutputFile } from '../output-file.js';
import { withProgress } from '../progress.js';
import type { OpenSession, Session } from '../session.js';
import { UsageError } from '../usage-error.js';

interface Options {
  readonly key: string;
  readonly output?: string;
  readonly context?: EncryptionContext;
  readonly direct?: boolean;
  readonly force?: boolean;
  readonly progress: boolean;
}

const DIRECT_LIMIT = 65_536;

export function addEncryptCommand(program: Command, open: OpenSession): void {
  withExamples(
    program
      .command('encrypt')
      .argument('[file]', 'what to encrypt; none or -: standard input')
      .requiredOption('-k, --key <key>', 'id, name or alias')
      .option('-o, --output <file>', 'where to; none or -: standard output')
      .option(
        '-c, --context <name=value>',
        'encryption context, bound and not stored; may be given several times',
        pair,
      )
      .option('--direct', 'let the service encrypt up to 64 KiB, and print the ciphertext in base64')
      .option('--force', 'replace the output file if it exists')
      .option('--no-progress', 'no progress bar')
      .description('Encrypt a file or a stream of any size here, under a data key that the service wraps.')
      .action(async (file: string | undefined, options: Options, command: Command) => {
        const session = open(command);
        const output = options.output === '-' ? undefined : options.output;
        if (output !== undefined) mustBeFree({ path: output, force: options.force === true });
        const input = await openInput(session.terminal, file);
        if (options.direct === true) await encryptDirect(session, input, output, options);
        else await encryptByEnvelope(session, input, output, options);
      }),
    'keystead encrypt big.iso -o big.iso.ks --key orders',
    'tar c photos | keystead encrypt --key backup --context host=web1 > photos.tar.ks',
    'echo -n "card 4711" | keystead encrypt --direct --key orders',
  );
}

async function encryptByEnvelope(
  session: Session,
  input: Input,
  output: string | undefined,
  options: Options,
): Promise<void> {
  const { client, terminal } = session;
  if (output === undefined && terminal.stdout.isTTY === true) {
    throw new UsageError(
      'Encrypted bytes do not belong on a terminal: give --output FILE, or --direct for small data.',
    );
  }
  const { context = {}, key, progress, force } = options;
  const watched = progress ? withProgress(input.stream, input.bytes, 'encrypting', terminal.stderr) : input.stream;
  const size = input.bytes === undefined ? {} : { bytes: input.bytes };
  const encrypted = client.encryptStream(key, watched, { context, ...size });
  if (output === undefined) return pipeline(encrypted, terminal.stdout, { end: false, signal: terminal.signal });
  await writeOutputFile({ path: output, force: force === true, mode: 0o666 }, encrypted, terminal.signal);
}

async function encryptDirect(
  session: Session,
  input: Input,
  output: string | undefined,
  options: Options,
): Promise<void> {
  const tooLong = 'With --direct, the service encrypts up to 64 KiB: leave --direct away for larger data.';
  const plaintext = await readAll(input.stream, DIRECT_LIMIT, tooLong);
  const context = options.context === undefined ? {} : { context: options.context };
  const encrypted = await session.client.encrypt(options.key, { plaintext, ...context });
  const text = `${encrypted.ciphertext.toString('base64')}\n`;
  if (output === undefined) return session.show(encrypted, () => text);
  const file = { path: output, force: options.force === true, mode: 0o666 };
  await writeOutputFile(file, one(Buffer.from(text)), session.terminal.signal);
}

async function* one(bytes: Buffer): AsyncGenerator<Buffer, void> {
  yield bytes;
}
