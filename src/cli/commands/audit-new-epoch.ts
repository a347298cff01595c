import type { Command } from 'commander';
import { askShare } from '../ask-share.js';
import { withExamples } from '../examples.js';
import type { OpenSession } from '../session.js';
import { withPrompt } from '../with-prompt.js';

export function addAuditNewEpochCommand(audit: Command, open: OpenSession): void {
  withExamples(
    audit
      .command('new-epoch')
      .description(
        'After a backup was restored and the service signs the log no further: go on under a new origin and a new key. It runs with the settings of the server, while no node runs. Auditors need the new verifier key; what they kept stays valid for the records of before.',
      )
      .action(async (_options: object, command: Command) => {
        const session = open(command);
        // What it needs takes longer to load than all other commands together.
        const { newLogEpoch } = await import('../../admin/new-log-epoch.js');
        await withPrompt(session, async (prompt) =>
          session.show(await newLogEpoch(session.terminal.env, askShare(prompt))),
        );
      }),
    'keystead audit new-epoch',
  );
}
