import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Old records may be dropped, below an index that only grows; their hashes stay. */
export class AuditRetention1700000000032 implements MigrationInterface {
  readonly name = 'AuditRetention1700000000032';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back from a log whose old records were dropped: restore a backup instead');
  }
}

const DROPPABLE = ['audit_bundle', 'audit_position', 'audit_batch'];

const STATEMENTS = [
  `alter table install_setting add column audit_log jsonb`,
  `alter table audit_tree add column minimum bigint not null default 0, add column purged bigint not null default 0`,
  `create function audit_is_dropped() returns trigger language plpgsql as $$
   declare
     tree audit_tree%rowtype;
     first bigint;
     last bigint;
   begin
     select * into tree from audit_tree t where t.id = 1;
     if tg_table_name = 'audit_bundle' then first := old.index * 256;
     elsif tg_table_name = 'audit_position' then first := old.first; last := old.first + old.count;
     else select p.first, p.first + p.count into first, last from audit_position p where p.arrival = old.arrival;
     end if;
     if first < tree.minimum or last <= tree.purged then return old; end if;
     raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = 'insufficient_privilege';
   end $$`,
  ...DROPPABLE.flatMap((table) => [
    `drop trigger ${table}_no_change on ${table}`,
    `create trigger ${table}_no_change before update on ${table} for each statement execute function audit_is_append_only()`,
    `create trigger ${table}_no_delete before delete on ${table} for each row execute function audit_is_dropped()`,
    `alter table ${table} enable always trigger ${table}_no_change`,
    `alter table ${table} enable always trigger ${table}_no_delete`,
  ]),
  `create unique index audit_position_arrival on audit_position (arrival)`,
  // What was appended in one batch with what stays is kept beside it until the batch is old as a whole or fills bundles.
  `create function audit_drop(p_minimum bigint) returns void
   language plpgsql security definer set search_path = public, pg_temp as $$
   declare bundled bigint := (select t.size / 256 * 256 from audit_tree t where t.id = 1);
   begin
     if p_minimum % 256 <> 0 or p_minimum > bundled then
       raise exception 'records are dropped by whole bundles: not up to %', p_minimum using errcode = 'P0002';
     end if;
     update audit_tree t set minimum = p_minimum where t.id = 1 and t.minimum < p_minimum and t.projected >= p_minimum;
     if not found then
       raise exception 'the records up to % are not searchable yet, or were dropped', p_minimum using errcode = 'P0002';
     end if;
     delete from audit_batch b using audit_position p
       where p.arrival = b.arrival and p.first < p_minimum and p.first + p.count <= bundled;
     delete from audit_position p where p.first < p_minimum and p.first + p.count <= bundled;
     delete from audit_bundle b where b.index < p_minimum / 256;
     delete from audit_record r where r.index < p_minimum;
   end $$`,
  `revoke execute on function audit_drop(bigint) from public`,
  // Of batches whose records are in bundles, under a checkpoint of this size that is a day old.
  `create function audit_purge(p_size bigint) returns void
   language plpgsql security definer set search_path = public, pg_temp as $$
   declare up_to bigint := (select least(c.size, t.size / 256 * 256) from audit_checkpoint c, audit_tree t
     where c.size = p_size and c.signed_at < now() - interval '1 day' and t.id = 1);
   begin
     update audit_tree t set purged = up_to where t.id = 1 and t.purged < up_to;
     if not found then return; end if;
     delete from audit_batch b using audit_position p where p.arrival = b.arrival and p.first < up_to and p.first + p.count <= up_to;
     delete from audit_position p where p.first < up_to and p.first + p.count <= up_to;
   end $$`,
  `revoke execute on function audit_purge(bigint) from public`,
];
