import { open as openFile, stat } from 'node:fs/promises';
import type { Command } from 'commander';
import type { EncryptionContext } from '../../client/client.js';
import { MAX_FILE_HEADER_BYTES } from '../../client/file-header.js';
import { withExamples } from '../examples.js';
import { pair } from '../option-values.js';
import { mustBeFree, writeOutputFile } from '../output-file.js';
import { withProgress } from '../progress.js';
import type { OpenSession } from '../session.js';
import { warnUnauthentic } from '../unauthentic.js';

interface Options {
  readonly key: string;
  readonly output?: string;
  readonly context?: EncryptionContext;
  readonly force?: boolean;
  readonly progress: boolean;
}

export function addRewrapFileCommand(program: Command, open: OpenSession): void {
  withExamples(
    program
      .command('rewrap-file')
      .argument('<file>', 'an encrypted file')
      .requiredOption('-k, --key <key>', 'the key whose primary version shall wrap its data key')
      .option('-o, --output <file>', 'write there instead of replacing the file')
      .option('-c, --context <name=value>', 'what it was encrypted with; may be given several times', pair)
      .option('--force', 'replace the output file if it exists')
      .option('--no-progress', 'no progress bar')
      .description(
        'Wrap the data key of an encrypted file anew, after a rotation or for another key. Its data is copied as it is, and never decrypted.',
      )
      .action(async (file: string, { key, output, context = {}, force, progress }: Options, command: Command) => {
        const session = open(command);
        const { terminal, client } = session;
        if (output !== undefined) mustBeFree({ path: output, force: force === true });
        const { size, mode } = await stat(file);
        const handle = await openFile(file);
        try {
          const { buffer, bytesRead } = await handle.read(
            Buffer.alloc(MAX_FILE_HEADER_BYTES),
            0,
            MAX_FILE_HEADER_BYTES,
            0,
          );
          const { oldBytes, header, ...use } = await client.rewrapFileHeader(buffer.subarray(0, bytesRead), key, {
            context,
          });
          const body: AsyncIterable<Buffer> = handle.createReadStream({
            start: oldBytes,
            highWaterMark: 2 ** 20,
            autoClose: false,
          });
          const watched = progress ? withProgress(body, size - oldBytes, 'copying', terminal.stderr) : body;
          const target = { path: output ?? file, force: output === undefined || force === true, mode: mode & 0o777 };
          await writeOutputFile(target, behind(header, watched), terminal.signal);
          if (use.authentic === false) warnUnauthentic(session);
          session.show({ file: target.path, ...use });
        } finally {
          await handle.close();
        }
      }),
    'keystead rewrap-file big.iso.ks --key orders',
    'keystead rewrap-file big.iso.ks --key archive -o archive/big.iso.ks',
  );
}

async function* behind(header: Buffer, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  yield header;
  yield* body;
}
