import type { Command } from 'commander';
import type { EncryptionContext } from '../../client/client.js';
import { withExamples } from '../examples.js';
import { pair, whole } from '../option-values.js';
import type { OpenSession } from '../session.js';

interface Options {
  readonly key: string;
  readonly bytes: number;
  readonly plaintext: boolean;
  readonly context?: EncryptionContext;
}

interface PairOptions extends Omit<Options, 'bytes'> {
  readonly spec: string;
}

export function addDataKeyCommands(program: Command, open: OpenSession): void {
  withExamples(
    program
      .command('data-key')
      .requiredOption('-k, --key <key>', 'id, name or alias')
      .option('--bytes <n>', 'its length', whole(1, 1_024), 32)
      .option('--no-plaintext', 'the wrapped form only')
      .option('-c, --context <name=value>', 'encryption context; may be given several times', pair)
      .description('Make a data key: the key itself, and wrapped by a key of the service. Both in base64.')
      .action(async ({ key, bytes, plaintext, context }: Options, command: Command) => {
        const session = open(command);
        session.show(
          await session.client.dataKey(key, { bytes, plaintext, ...(context === undefined ? {} : { context }) }),
        );
      }),
    'keystead data-key --key orders --json',
    'keystead data-key --key orders --no-plaintext --context tenant=a',
  );
  withExamples(
    program
      .command('data-key-pair')
      .requiredOption('-k, --key <key>', 'id, name or alias')
      .requiredOption('--spec <spec>', 'an asymmetric key spec, such as ecc-p256')
      .option('--no-plaintext', 'the private key in its wrapped form only')
      .option('-c, --context <name=value>', 'encryption context; may be given several times', pair)
      .description('Make a key pair, its private key also wrapped by a key of the service. All in base64.')
      .action(async ({ key, spec, plaintext, context }: PairOptions, command: Command) => {
        const session = open(command);
        session.show(
          await session.client.dataKeyPair(key, { spec, plaintext, ...(context === undefined ? {} : { context }) }),
        );
      }),
    'keystead data-key-pair --key orders --spec ed25519 --json',
  );
}
