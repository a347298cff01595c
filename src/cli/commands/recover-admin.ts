import type { Command } from 'commander';
import { askShare } from '../ask-share.js';
import { withExamples } from '../examples.js';
import type { OpenSession } from '../session.js';
import { withPrompt } from '../with-prompt.js';

export function addRecoverAdminCommand(program: Command, open: OpenSession): void {
  withExamples(
    program
      .command('recover-admin')
      .argument('<file>', 'where the token of the new administrator goes; mode 0600')
      .description(
        'Make a new administrator where nobody can come in any more. For whoever has the root key: it runs with the settings of the server, beside it on an external database, and is on record.',
      )
      .action(async (file: string, _options: object, command: Command) => {
        const session = open(command);
        // What it needs takes longer to load than all other commands together.
        const { recoverAdmin } = await import('../../admin/recover-admin.js');
        await withPrompt(session, async (prompt) =>
          session.show(await recoverAdmin(session.terminal.env, file, askShare(prompt))),
        );
      }),
    'keystead recover-admin ./recovered.token',
  );
}
