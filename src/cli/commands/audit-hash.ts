import type { Command } from 'commander';
import { withExamples } from '../examples.js';
import type { OpenSession } from '../session.js';

export function addAuditHashCommand(audit: Command, open: OpenSession): void {
  withExamples(
    audit
      .command('hash')
      .argument('<name>', 'of the encryption context')
      .argument('<value>')
      .description('Show what stands in the records for a value of an encryption context: search by it.')
      .action(async (name: string, value: string, _options: object, command: Command) => {
        const session = open(command);
        const hash = await session.client.audit.contextHash(name, value);
        session.show({ hash }, () => `${hash}\n`);
      }),
    'keystead audit hash tenant acme',
    'keystead audit query --context-hash "$(keystead audit hash tenant acme)"',
  );
}
