import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { DecryptInput, EncryptionContext } from '../../client/client.js';
import { looksLikeFile } from '../../client/file-header.js';
import { readCiphertext } from '../ciphertext-text.js';
import { withExamples } from '../examples.js';
import { openInput, peek, readAll } from '../input.js';
import { pair, whole } from '../option-values.js';
import { mustBeFree, writeOutputFile } from '../output-file.js';
import { withProgress } from '../progress.js';
import type { OpenSession, Session } from '../session.js';
import { acceptUnauthentic } from '../unauthentic.js';

interface Options {
  readonly output?: string;
  readonly context?: EncryptionContext;
  readonly key?: string;
  readonly keyVersion?: number;
  readonly algorithm?: string;
  readonly unauthentic?: boolean;
  readonly force?: boolean;
  readonly progress: boolean;
}

const DIRECT_LIMIT = 2 ** 20;
const MAGIC_BYTES = 7;

export function addDecryptCommand(program: Command, open: OpenSession): void {
  withExamples(
    program
      .command('decrypt')
      .argument('[file]', 'what to decrypt; none or -: standard input')
      .option('-o, --output <file>', 'where to; none or -: standard output')
      .option('-c, --context <name=value>', 'what it was encrypted with; may be given several times', pair)
      .option('-k, --key <key>', 'refuse a direct ciphertext of another key; needed for RSA')
      .option('--key-version <n>', 'of an RSA key', whole(1))
      .option('--algorithm <algorithm>', 'of an RSA ciphertext')
      .option('--unauthentic', 'also what is under a compromised version: whoever has the key could have made it')
      .option('--force', 'replace the output file if it exists')
      .option('--no-progress', 'no progress bar')
      .description(
        'Decrypt what encrypt made: a file or stream, or a direct ciphertext (base64, or the JSON of encrypt --direct --json). An output file appears only ' +
          'when all of it is authentic; standard output gets authentic bytes as they come, so look at the exit code.',
      )
      .action(async (file: string | undefined, options: Options, command: Command) => {
        const session = open(command);
        const output = options.output === '-' ? undefined : options.output;
        if (output !== undefined) mustBeFree({ path: output, force: options.force === true });
        const { stream, bytes } = await openInput(session.terminal, file);
        const { start, whole } = await peek(stream, MAGIC_BYTES);
        const isFile = start.length > 0 && looksLikeFile(start);
        const watched =
          isFile && options.progress ? withProgress(whole, bytes, 'decrypting', session.terminal.stderr) : whole;
        const { client } = session;
        const plaintext = isFile
          ? client.decryptStream(watched, {
              context: options.context ?? {},
              onUnauthentic: () => acceptUnauthentic(session, options.unauthentic),
            })
          : direct(session, whole, options);
        if (output === undefined)
          await pipeline(plaintext, session.terminal.stdout, { end: false, signal: session.terminal.signal });
        else
          await writeOutputFile(
            { path: output, force: options.force === true, mode: 0o600 },
            plaintext,
            session.terminal.signal,
          );
      }),
    'keystead decrypt big.iso.ks -o big.iso',
    'keystead decrypt --context host=web1 < photos.tar.ks | tar x',
    'echo S1NUAQEB… | keystead decrypt',
  );
}

/** A ciphertext that the service made itself: it decrypts it. */
async function* direct(
  session: Session,
  stream: AsyncIterable<Buffer>,
  options: Options,
): AsyncGenerator<Buffer, void> {
  const tooLong = 'This is not a file that keystead encrypted, and too long for a direct ciphertext.';
  const ciphertext = readCiphertext(await readAll(stream, DIRECT_LIMIT, tooLong));
  const { context, key, keyVersion: version, algorithm } = options;
  const input: DecryptInput & { readonly key?: string } = {
    ciphertext,
    ...(context === undefined ? {} : { context }),
    ...(key === undefined ? {} : { key }),
    ...(version === undefined ? {} : { version }),
    ...(algorithm === undefined ? {} : { algorithm }),
  };
  const { plaintext, ...use } = await session.client.decrypt(input);
  if (use.authentic === false) acceptUnauthentic(session, options.unauthentic);
  if (session.json) session.show({ plaintext, ...use });
  else yield plaintext;
}
