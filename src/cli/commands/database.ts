import type { Command } from 'commander';
import { withExamples } from '../examples.js';
import { group } from '../group.js';
import type { OpenSession } from '../session.js';

export function addDatabaseCommands(program: Command, open: OpenSession): void {
  const database = group(program, 'database', 'The database of the service');
  withExamples(
    database
      .command('migrate')
      .description(
        'Bring the schema up to date, for nodes that start with KEYSTEAD_MIGRATE=false. Reads KEYSTEAD_DATABASE_URL and KEYSTEAD_MIGRATION_DATABASE_URL; works without a server.',
      )
      .action(async (_options: object, command: Command) => {
        const session = open(command);
        // What it needs takes longer to load than all other commands together.
        const { migrateDatabase } = await import('../../admin/migrate-database.js');
        await migrateDatabase(session.terminal.env);
        session.show({ schema: 'up to date' });
      }),
    'keystead database migrate',
  );
}
