import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Groups of callers: docs/guides/security-admins.md. */
export class Groups1700000000006 implements MigrationInterface {
  readonly name = 'Groups1700000000006';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back to a schema without groups: restore a backup instead');
  }
}

const STATEMENTS = [
  `create table caller_group (id uuid not null, name text not null, description text not null, members jsonb not null,
     claim jsonb, removed_at timestamptz(3), created_at timestamptz(3) not null, created_by text,
     revision bigint not null, tag bytea not null, constraint caller_group_pk primary key (id))`,
  `create unique index caller_group_name on caller_group (name) where removed_at is null`,
  `create index caller_group_revision on caller_group (revision)`,
  `create trigger caller_group_changed after insert or update or delete on caller_group
     for each row execute function sealed_row_changed()`,
];
