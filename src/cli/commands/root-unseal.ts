import type { Command } from 'commander';
import type { SealProgress } from '../../client/client.js';
import { withExamples } from '../examples.js';
import type { OpenSession, Session } from '../session.js';
import { fields } from '../table.js';
import { withPrompt } from '../with-prompt.js';

/** What the keepers of a root key of shamir: do, on each node. */
export function addUnsealCommands(root: Command, open: OpenSession): void {
  withExamples(
    root
      .command('seal-status')
      .description('Show whether a node is sealed, and how many shares it has of how many. Needs no token.')
      .action(async (_options: object, command: Command) => {
        const session = open(command);
        showProgress(session, await session.anonymousClient.root.sealStatus());
      }),
    'keystead root seal-status',
    'keystead root seal-status --url https://kms-2.example.com:7300 --json',
  );
  withExamples(
    root
      .command('unseal')
      .description(
        'Give one share of a root key of shamir: to a sealed node; it is asked for, or read from standard input. Needs no token. Every node is unsealed by itself.',
      )
      .action(async (_options: object, command: Command) => {
        const session = open(command);
        const { root: client } = session.anonymousClient;
        const before = await client.sealStatus();
        if (!before.sealed) {
          session.note('This node is not sealed: there is nothing to do.\n');
          return showProgress(session, before);
        }
        await withPrompt(session, async (prompt) => {
          showProgress(session, await client.unseal((await prompt.askSecret('Share')).trim()));
        });
      }),
    'keystead root unseal --url https://kms-2.example.com:7300',
    'keystead root unseal < my.share',
  );
}

function showProgress(session: Session, progress: SealProgress): void {
  const roots = progress.roots.map(({ root, given, threshold, shares }) => [
    root,
    `${given} of ${threshold} shares given (${shares} exist)`,
  ]);
  session.show(progress, () => fields({ sealed: progress.sealed, ...Object.fromEntries(roots) }));
}
