import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What identities and roles need besides: docs/ARCHITECTURE.md, "Storage". */
export class Access1700000000002 implements MigrationInterface {
  readonly name = 'Access1700000000002';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back to a schema without roles and conditions: restore a backup instead');
  }
}

const STATEMENTS = [
  `alter table credential add column match jsonb`,
  `create table credential_use (credential_id text not null, used_at timestamptz(3) not null,
     constraint credential_use_pk primary key (credential_id))`,
  `alter table binding add column conditions jsonb`,
  `create table role (id uuid not null, name text not null, permissions jsonb not null, removed_at timestamptz(3),
     created_at timestamptz(3) not null, revision bigint not null, tag bytea not null,
     constraint role_pk primary key (id))`,
  `create unique index role_name on role (name) where removed_at is null`,
  `create index role_revision on role (revision)`,
  `create trigger role_changed after insert or update or delete on role
     for each row execute function sealed_row_changed()`,
];
