import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far each place is to which audit records are delivered, and which node brings them. */
export class AuditSinks1700000000031 implements MigrationInterface {
  readonly name = 'AuditSinks1700000000031';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `create table audit_sink (name text not null, delivered bigint not null default 0, claimed_by uuid,
         claimed_until timestamptz(3), constraint audit_sink_pk primary key (name)) with (fillfactor = 20)`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table audit_sink');
  }
}
