import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What tells a node of a scope that was rolled back, and of every row that changed: docs/formats/integrity.md. */
export class Integrity1700000000015 implements MigrationInterface {
  readonly name = 'Integrity1700000000015';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back to a schema that notices less: restore a backup instead');
  }
}

const INSTALL = '00000000-0000-0000-0000-000000000000';

const STATEMENTS = [
  `create index audit_record_install_head on audit_record (((detail -> 'heads' ->> '${INSTALL}')::bigint))
     where detail -> 'heads' ? '${INSTALL}'`,
  `create index audit_record_keyring_head on audit_record (keyring, ((detail -> 'heads' ->> keyring::text)::bigint))
     where detail -> 'heads' ? keyring::text`,
  // Also what a row was called before it was renamed or moved. PostgreSQL drops the second of two equal notifications.
  `create or replace function sealed_row_changed() returns trigger language plpgsql as $$
   declare r jsonb;
   begin
     foreach r in array array[case when tg_op <> 'INSERT' then to_jsonb(old) end, case when tg_op <> 'DELETE' then to_jsonb(new) end] loop
       continue when r is null;
       perform pg_notify('keystead_rows', json_build_object('table', tg_table_name, 'keyring', r->>'keyring_id', 'key',
         r->>'key_id', 'id', case tg_table_name when 'alias' then concat(r->>'keyring_id', '/', r->>'name')
         when 'wrapping_key' then concat(r->>'keyring_id', '/', r->>'version') else r->>'id' end)::text);
     end loop;
     return null;
   end $$`,
];
