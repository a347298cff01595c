import type { Command } from 'commander';
import type { EncryptionContext } from '../../client/client.js';
import { readCiphertext } from '../ciphertext-text.js';
import { withExamples } from '../examples.js';
import { openInput, readAll } from '../input.js';
import { pair } from '../option-values.js';
import type { OpenSession } from '../session.js';
import { warnUnauthentic } from '../unauthentic.js';

interface Options {
  readonly key: string;
  readonly context?: EncryptionContext;
  readonly newContext?: EncryptionContext;
}

/** What a direct ciphertext of 64 KiB takes in base64, inside its JSON answer. */
const CIPHERTEXT_LIMIT = 2 ** 17;

export function addReEncryptCommand(program: Command, open: OpenSession): void {
  withExamples(
    program
      .command('re-encrypt')
      .argument('[file]', 'a direct ciphertext or a wrapped data key; none or -: standard input')
      .requiredOption('-k, --key <key>', 'id, name or alias of the key to move it to')
      .option('-c, --context <name=value>', 'its encryption context; may be given several times', pair)
      .option('--new-context <name=value>', 'the context to bind it to from now on; default: the same', pair)
      .description('Move a direct ciphertext to another key, version or context. The plaintext stays in the service.')
      .action(async (file: string | undefined, { key, context, newContext }: Options, command: Command) => {
        const session = open(command);
        const { stream } = await openInput(session.terminal, file);
        const tooLong = 'This is longer than any direct ciphertext: an encrypted file moves by rewrap-file.';
        const made = await session.client.reEncrypt(key, {
          ciphertext: readCiphertext(await readAll(stream, CIPHERTEXT_LIMIT, tooLong)),
          ...(context === undefined ? {} : { context }),
          ...(newContext === undefined ? {} : { newContext }),
        });
        if (made.authentic === false) warnUnauthentic(session);
        session.show(made, () => `${made.ciphertext.toString('base64')}\n`);
      }),
    'keystead re-encrypt card.txt --key orders-2027 -c order=17 > card.new',
    'echo "$CIPHERTEXT" | keystead re-encrypt --key orders',
  );
}
