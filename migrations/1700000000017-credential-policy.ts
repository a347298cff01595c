import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When credentials that nobody uses are revoked: docs/guides/policies.md. */
export class CredentialPolicy1700000000017 implements MigrationInterface {
  readonly name = 'CredentialPolicy1700000000017';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table install_setting add column credential_policy jsonb');
  }

  async down(): Promise<void> {
    throw new Error('there is no way back to settings without a policy of credentials: restore a backup instead');
  }
}
