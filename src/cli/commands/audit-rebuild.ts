import type { Command } from 'commander';
import { withExamples } from '../examples.js';
import type { OpenSession } from '../session.js';

export function addAuditRebuildCommand(audit: Command, open: OpenSession): void {
  withExamples(
    audit
      .command('rebuild-index')
      .description(
        'Make what is searched again from the log, while the service runs. The log itself stays as it is; until a record is made again it is found as it was.',
      )
      .action(async (_options: object, command: Command) => {
        const session = open(command);
        session.show({ records: await session.client.audit.rebuildIndex() });
      }),
    'keystead audit rebuild-index',
  );
}
