import type { Command } from 'commander';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import type { OpenSession } from '../session.js';

export function addBootstrapCommands(program: Command, open: OpenSession): void {
  const bootstrap = group(program, 'bootstrap', 'The first administrator');
  withExamples(
    bootstrap
      .command('finish')
      .description('Retire the first administrator, once another one can come in.')
      .action(async (_options: object, command: Command) => {
        const session = open(command);
        session.show(await session.client.bootstrap.finish());
      }),
    'keystead bootstrap finish',
  );
}
