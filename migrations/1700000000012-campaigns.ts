import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rewrap campaigns, and the data keys that were issued under a version: docs/guides/policies.md. */
export class Campaigns1700000000012 implements MigrationInterface {
  readonly name = 'Campaigns1700000000012';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back to a schema without campaigns: restore a backup instead');
  }
}

const STATEMENTS = [
  `create table campaign (keyring_id uuid not null, id uuid not null, key_id uuid not null, from_versions integer[] not null,
     to_version integer not null, quiet_ms bigint not null, uses_before bigint not null, old_uses_before bigint not null,
     state text not null, rewrapped bigint not null, skipped bigint not null, failed bigint not null,
     reported_at timestamptz(3), reported_by text, started_at timestamptz(3) not null, started_by text not null,
     ended_at timestamptz(3), ended_by text, revision bigint not null, tag bytea not null,
     constraint campaign_pk primary key (keyring_id, id)) with (fillfactor = 70)`,
  `create unique index campaign_id on campaign (id)`,
  `create index campaign_revision on campaign (keyring_id, revision)`,
  `create index campaign_key on campaign (key_id, id)`,
  `create index campaign_open on campaign (started_at) where state = 'open'`,
  // A row of a keyring whose id is the keyring's and that of the column which the trigger names.
  `create function keyring_row_changed() returns trigger language plpgsql as $$
   declare r jsonb;
   begin
     foreach r in array array[case when tg_op <> 'INSERT' then to_jsonb(old) end, case when tg_op <> 'DELETE' then to_jsonb(new) end] loop
       continue when r is null;
       perform pg_notify('keystead_rows', json_build_object('table', tg_table_name, 'keyring', r->>'keyring_id',
         'key', null, 'id', concat(r->>'keyring_id', '/', r->>tg_argv[0]))::text);
     end loop;
     return null;
   end $$`,
  `create trigger campaign_changed after insert or update or delete on campaign
     for each row execute function keyring_row_changed('id')`,
  `drop trigger policy_changed on policy`,
  `create trigger policy_changed after insert or update or delete on policy
     for each row execute function keyring_row_changed('target')`,
  `create index audit_record_data_key on audit_record (key, version, id)
     where outcome = 'success' and (operation in ('data-key', 'data-key-pair') or detail -> 'dataKeys' is not null)`,
];
