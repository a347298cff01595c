import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Passwords, and how often somebody tried one: docs/guides/security-admins.md. */
export class People1700000000004 implements MigrationInterface {
  readonly name = 'People1700000000004';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back to a schema without people: restore a backup instead');
  }
}

const STATEMENTS = [
  `alter table credential add column factors jsonb`,
  `create table login_attempt (lane bytea not null, failures integer not null, last_at timestamptz(3) not null,
     trusted_until timestamptz(3), constraint login_attempt_pk primary key (lane))`,
  `create index login_attempt_last_at on login_attempt (last_at)`,
];
