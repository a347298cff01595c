import { Option, type Command } from 'commander';
import { withExamples } from '../examples.js';
import { whole } from '../option-values.js';
import type { OpenSession } from '../session.js';

export function addRandomCommand(program: Command, open: OpenSession): void {
  withExamples(
    program
      .command('random')
      .argument('[bytes]', 'how many', whole(1), 32)
      .addOption(new Option('--format <format>').choices(['base64', 'hex', 'raw']).default('base64'))
      .description("Random bytes of the service's generator.")
      .action(async (bytes: number, { format }: { readonly format: 'base64' | 'hex' | 'raw' }, command: Command) => {
        const session = open(command);
        const random = await session.client.random(bytes);
        if (!session.json && format === 'raw') session.terminal.stdout.write(random);
        else session.show({ random }, () => `${random.toString(format === 'hex' ? 'hex' : 'base64')}\n`);
      }),
    'keystead random 16 --format hex',
  );
}
