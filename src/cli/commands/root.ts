import type { Command } from 'commander';
import type { RootStatus } from '../../client/client.js';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import type { OpenSession, Session } from '../session.js';
import { addRootKeyFileCommands } from './root-key-file.js';
import { addUnsealCommands } from './root-unseal.js';

export function addRootCommands(program: Command, open: OpenSession): void {
  const root = group(program, 'root', 'The root key, which wraps everything');
  const add = (name: string, description: string, action: (session: Session) => Promise<RootStatus>): void => {
    withExamples(
      root
        .command(name)
        .description(description)
        .action(async (_options: object, command: Command) => {
          const session = open(command);
          session.show(await action(session));
        }),
      `keystead root ${name}`,
    );
  };
  add('status', 'Show which root key is in use, and how far a migration is.', (session) =>
    session.client.root.status(),
  );
  add('rotate', 'Make a new version of the root key, and rewrap what it wraps.', (session) =>
    session.client.root.rotate(),
  );
  add('migrate', 'Move to the root key of KEYSTEAD_ROOT_KEY_NEXT, which every node must have configured.', (session) =>
    session.client.root.migrate(),
  );
  addUnsealCommands(root, open);
  addRootKeyFileCommands(root, open);
}
