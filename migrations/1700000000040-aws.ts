import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Access keys of callers, which AWS account a keyring stands for, key policies and grants: docs/doors/aws.md. */
export class Aws1700000000040 implements MigrationInterface {
  readonly name = 'Aws1700000000040';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back to a schema without access keys: restore a backup instead');
  }
}

const STATEMENTS = [
  `alter table credential add column access_key jsonb`,
  `alter table keyring add column aws_account jsonb`,
  `alter table key add column key_policy text`,
  `alter table key add column grants jsonb`,
  `alter table key add column material_expires_at timestamptz(3)`,
  `alter table key add column multi_region jsonb`,
  `alter table key_version add column rotation jsonb`,
  `alter table key_version add column imported jsonb`,
  `create index key_grants on key (keyring_id, id) where grants is not null`,
];
