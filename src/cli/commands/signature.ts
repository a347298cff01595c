import { createHash } from 'node:crypto';
import { Option, type Command } from 'commander';
import type { Signed } from '../../client/client.js';
import { withExamples } from '../examples.js';
import { openInput, readAll } from '../input.js';
import { whole } from '../option-values.js';
import { readValue } from '../value-argument.js';
import type { OpenSession, Session } from '../session.js';
import { showVerdict } from '../verdict.js';

interface Options {
  readonly key: string;
  readonly algorithm?: string;
  readonly digest?: 'sha256' | 'sha384' | 'sha512';
  readonly keyVersion?: number;
}

const MESSAGE_LIMIT = 2 ** 19;

export function addSignatureCommands(program: Command, open: OpenSession): void {
  withExamples(
    withKeyOptions(program.command('sign'))
      .description('Sign a file or standard input. The signature goes to standard output in base64.')
      .action(async (file: string | undefined, options: Options, command: Command) => {
        const session = open(command);
        const made = await session.client.sign(options.key, {
          ...(await readSigned(session, file, options)),
          ...chosen(options),
        });
        session.show(made, () => `${made.signature.toString('base64')}\n`);
      }),
    'keystead sign release.tar --key signing --digest sha256 > release.tar.sig',
    'echo -n hello | keystead sign --key signing',
  );
  withExamples(
    withKeyOptions(program.command('verify'))
      .requiredOption('-s, --signature <signature>', 'in base64, or @FILE')
      .description('Verify a signature over a file or standard input. Exit code 0: valid; 7: not.')
      .action(async (file: string | undefined, options: Options & { readonly signature: string }, command: Command) => {
        const session = open(command);
        const signature = await readValue(options.signature, 'signature');
        const input = { ...(await readSigned(session, file, options)), ...chosen(options), signature };
        showVerdict(session, await session.client.verify(options.key, input), 'signature');
      }),
    'keystead verify release.tar --key signing --digest sha256 --signature @release.tar.sig',
  );
}

function withKeyOptions(command: Command): Command {
  return command
    .argument('[file]', 'the message; none or -: standard input')
    .requiredOption('-k, --key <key>', 'id, name or alias')
    .option('--algorithm <algorithm>', "default: the key's own")
    .addOption(
      new Option('--digest <hash>', 'hash the message here, whatever its size, and send only the digest').choices([
        'sha256',
        'sha384',
        'sha512',
      ]),
    )
    .option('--key-version <n>', 'default: the primary; for verifying: those that may verify', whole(1));
}

async function readSigned(session: Session, file: string | undefined, { digest }: Options): Promise<Signed> {
  const { stream } = await openInput(session.terminal, file);
  if (digest === undefined) {
    const tooLong =
      'The message is longer than 512 KiB: give --digest sha256 (or the hash of the key), so that only its digest is sent.';
    return { message: await readAll(stream, MESSAGE_LIMIT, tooLong) };
  }
  const hash = createHash(digest);
  for await (const piece of stream) hash.update(piece);
  return { digest: hash.digest() };
}

function chosen({ algorithm, keyVersion }: Options): { readonly algorithm?: string; readonly version?: number } {
  return {
    ...(algorithm === undefined ? {} : { algorithm }),
    ...(keyVersion === undefined ? {} : { version: keyVersion }),
  };
}
