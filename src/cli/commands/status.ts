import type { Command } from 'commander';
import type { Health } from '../../client/client.js';
import { withExamples } from '../examples.js';
import type { OpenSession } from '../session.js';
import { fields } from '../table.js';
import { NotReadyError } from '../not-ready-error.js';

export function addStatusCommands(program: Command, open: OpenSession): void {
  withExamples(
    program
      .command('status')
      .alias('health')
      .description('Show whether the server is ready, and the state of its parts. Needs no token.')
      .action(async (_options: object, command: Command) => {
        const session = open(command);
        const health = await session.anonymousClient.health();
        session.show(health, () => fields({ ready: health.ready, ...stateOf(health) }));
        if (!health.ready) throw new NotReadyError('The server is not ready to serve.');
      }),
    'keystead status',
    'keystead status --url https://kms.example.com --json',
  );
  withExamples(
    program
      .command('whoami')
      .description('Show the caller that the token belongs to, and its roles.')
      .action(async (_options: object, command: Command) => {
        const session = open(command);
        session.show(await session.client.whoami());
      }),
    'keystead whoami',
    'keystead whoami --token-file ./auditor.token',
  );
}

function stateOf({ checks }: Health): Readonly<Record<string, string>> {
  return Object.fromEntries(checks.map(({ name, ok, detail }) => [name, ok ? 'ok' : (detail ?? 'not ready')]));
}
