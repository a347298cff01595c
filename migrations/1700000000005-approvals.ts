import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What separation of duties and dual control need: docs/guides/security-admins.md. */
export class Approvals1700000000005 implements MigrationInterface {
  readonly name = 'Approvals1700000000005';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back to a schema without approvals: restore a backup instead');
  }
}

const STATEMENTS = [
  `alter table keyring add column separation_of_duties boolean, add column dual_control jsonb`,
  `alter table caller add column created_by text`,
  `alter table credential add column created_by text`,
  `alter table binding add column created_by text`,
  `create table install_setting (id uuid not null, dual_control jsonb, revision bigint not null, tag bytea not null,
     constraint install_setting_pk primary key (id))`,
  `create index install_setting_revision on install_setting (revision)`,
  `create table approval (id uuid not null, operation text not null, requester_id text not null,
     requester_credential text not null, subject jsonb not null,
     required jsonb not null, guarded text, request jsonb not null, digest bytea not null, state text not null,
     decisions jsonb not null, created_at timestamptz(3) not null, expires_at timestamptz(3) not null,
     changed_at timestamptz(3) not null, revision bigint not null, tag bytea not null,
     constraint approval_pk primary key (id))`,
  `create index approval_revision on approval (revision)`,
  ...['install_setting', 'approval'].map(
    (table) => `create trigger ${table}_changed after insert or update or delete on ${table}
     for each row execute function sealed_row_changed()`,
  ),
];
