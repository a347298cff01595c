import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What witnesses co-signed of the audit log's checkpoints; and up to where what is searched is made again. */
export class Cosignatures1700000000036 implements MigrationInterface {
  readonly name = 'Cosignatures1700000000036';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table audit_cosignature');
    await queryRunner.query('alter table audit_tree drop column remade');
  }
}

const STATEMENTS = [
  `alter table audit_tree add column remade bigint not null default 0`,
  `create table audit_cosignature (size bigint not null, cosigner text not null, line text not null,
     at timestamptz(3) not null default clock_timestamp(), constraint audit_cosignature_pk primary key (size, cosigner))`,
  `create index audit_cosignature_cosigner on audit_cosignature (cosigner, size)`,
  `create trigger audit_cosignature_no_change before update or delete on audit_cosignature
     for each statement execute function audit_is_append_only()`,
  `create trigger audit_cosignature_no_truncate before truncate on audit_cosignature
     for each statement execute function audit_is_append_only()`,
  `alter table audit_cosignature enable always trigger audit_cosignature_no_change`,
  `alter table audit_cosignature enable always trigger audit_cosignature_no_truncate`,
];
