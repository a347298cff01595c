import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Policies, what they make due, and how keys are used: docs/ARCHITECTURE.md, "Policies". */
export class Policies1700000000010 implements MigrationInterface {
  readonly name = 'Policies1700000000010';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back to a schema without policies: restore a backup instead');
  }
}

const STATEMENTS = [
  `alter table key add column enabled_at timestamptz(3)`,
  `create table policy (keyring_id uuid not null, target text not null, document jsonb, set_at timestamptz(3) not null,
     selectors jsonb not null, revision bigint not null, tag bytea not null,
     constraint policy_pk primary key (keyring_id, target))`,
  `create index policy_revision on policy (keyring_id, revision)`,
  `create trigger policy_changed after insert or update or delete on policy
     for each row execute function sealed_row_changed()`,
  `create table due_key (key_id uuid not null, keyring_id uuid not null, due_at timestamptz(3) not null, marks bigint not null,
     failures integer not null, claimed_until timestamptz(3), told_through timestamptz(3), after_messages bigint,
     after_bytes bigint, constraint due_key_pk primary key (key_id)) with (fillfactor = 70)`,
  `create index due_key_due on due_key (due_at)`,
  `create table key_use (key_id uuid not null, version integer not null, encryptions bigint not null,
     decryptions bigint not null, signatures bigint not null, verifications bigint not null, refused bigint not null,
     bytes bigint not null, used_at timestamptz(3) not null, used_by text not null,
     constraint key_use_pk primary key (key_id, version)) with (fillfactor = 70)`,
];
