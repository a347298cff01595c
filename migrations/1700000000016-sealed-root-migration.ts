import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Root migrations become sealed rows of the install: docs/formats/integrity.md. Those that are over go; one that is under
 * way is begun again, which is safe at any point: what is wrapped by both roots already stays so.
 */
export class SealedRootMigration1700000000016 implements MigrationInterface {
  readonly name = 'SealedRootMigration1700000000016';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back to root migrations that anybody may edit: restore a backup instead');
  }
}

const STATEMENTS = [
  `delete from root_migration`,
  `alter table root_migration add column revision bigint not null, add column tag bytea not null`,
  `create index root_migration_revision on root_migration (revision)`,
  `create trigger root_migration_changed after insert or update or delete on root_migration
     for each row execute function sealed_row_changed()`,
];
