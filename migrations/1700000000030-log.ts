import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The audit log: docs/formats/audit-log.md. Nothing is in use yet, so the first form's records are not taken over. */
export class Log1700000000030 implements MigrationInterface {
  readonly name = 'Log1700000000030';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back to a log that proves less: restore a backup instead');
  }
}

const TABLES = [
  `create table audit_origin (id integer not null, verifier_key text not null, constraint audit_origin_pk primary key (id))`,
  `create sequence audit_arrival`,
  `create table audit_stream (id uuid not null, node text not null, public_key bytea not null, certificate text not null,
     started_at timestamptz(3) not null default clock_timestamp(), constraint audit_stream_pk primary key (id))`,
  `create table audit_stream_head (stream uuid not null, seq bigint not null, digest bytea not null,
     constraint audit_stream_head_pk primary key (stream)) with (fillfactor = 20)`,
  `create table audit_batch (arrival bigint not null, stream uuid not null, seq bigint not null, count integer not null,
     before bytea not null, entries bytea not null, leaf_hashes bytea not null, signature bytea not null,
     committed_at timestamptz(3) not null default clock_timestamp(), constraint audit_batch_pk primary key (arrival))`,
  `create unique index audit_batch_stream on audit_batch (stream, seq)`,
  `create table audit_revision (scope_id uuid not null, revision bigint not null,
     constraint audit_revision_pk primary key (scope_id, revision))`,
  `create table audit_cursor (stream uuid not null, seq bigint not null, digest bytea not null,
     constraint audit_cursor_pk primary key (stream)) with (fillfactor = 20)`,
  `create table audit_tree (id integer not null, size bigint not null, projected bigint not null,
     projected_bytes integer not null default 0, constraint audit_tree_pk primary key (id)) with (fillfactor = 20)`,
  `create table audit_tip (level integer not null, hashes bytea not null, constraint audit_tip_pk primary key (level))`,
  `create table audit_position (first bigint not null, count integer not null, arrival bigint not null,
     constraint audit_position_pk primary key (first))`,
  `create table audit_tile (level integer not null, index bigint not null, hashes bytea not null,
     constraint audit_tile_pk primary key (level, index))`,
  `create table audit_bundle (index bigint not null, entries bytea not null, constraint audit_bundle_pk primary key (index))`,
  `create table audit_checkpoint (size bigint not null, note text not null,
     signed_at timestamptz(3) not null default clock_timestamp(), constraint audit_checkpoint_pk primary key (size))`,
  // Which times are in each 4096 records of the search index: a time bounds the indexes.
  `create table audit_span (block bigint not null, earliest timestamptz(3) not null, latest timestamptz(3) not null,
     constraint audit_span_pk primary key (block)) with (fillfactor = 50)`,
  `insert into audit_tree (id, size, projected) values (1, 0, 0)`,
  // What is read again within a second, and hashes: to compress them costs more than it saves.
  `alter table audit_batch alter entries set storage external, alter leaf_hashes set storage external`,
  `alter table audit_tile alter hashes set storage external`,
  `alter table audit_tip alter hashes set storage external`,
];

const APPEND_ONLY = [
  'audit_origin',
  'audit_stream',
  'audit_batch',
  'audit_revision',
  'audit_position',
  'audit_tile',
  'audit_bundle',
  'audit_checkpoint',
];

const GUARDS = [
  `create function audit_is_append_only() returns trigger language plpgsql as $$
   begin raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = 'insufficient_privilege'; end $$`,
  ...APPEND_ONLY.flatMap((table) => [
    `create trigger ${table}_no_change before update or delete on ${table}
       for each statement execute function audit_is_append_only()`,
    `create trigger ${table}_no_truncate before truncate on ${table}
       for each statement execute function audit_is_append_only()`,
    `alter table ${table} enable always trigger ${table}_no_change`,
    `alter table ${table} enable always trigger ${table}_no_truncate`,
  ]),
];

/** What the service may do with streams and batches, whoever it connects as: no more than to go on. */
const FUNCTIONS = [
  `create function audit_open_stream(id uuid, node text, public_key bytea, certificate text) returns void
   language sql security definer set search_path = public, pg_temp as $$
     insert into audit_stream (id, node, public_key, certificate) values ($1, $2, $3, $4) on conflict do nothing;
     insert into audit_stream_head (stream, seq, digest) values ($1, 0, decode(repeat('00', 32), 'hex')) on conflict do nothing;
   $$`,
  `create function audit_lock_stream(stream uuid) returns table (seq bigint, digest bytea)
   language sql security definer set search_path = public, pg_temp as $$
     select h.seq, h.digest from audit_stream_head h where h.stream = $1 for update
   $$`,
  // False: it is there already, from a call whose answer was lost.
  `create function audit_append(p_stream uuid, p_seq bigint, p_count integer, p_before bytea, p_digest bytea, p_entries bytea,
     p_leaf_hashes bytea, p_signature bytea) returns boolean
   language plpgsql security definer set search_path = public, pg_temp as $$
   begin
     -- Whatever the server is set to: nothing is answered before its record is on the disk.
     if current_setting('synchronous_commit') = 'off' then perform set_config('synchronous_commit', 'on', true); end if;
     update audit_stream_head h set seq = p_seq + p_count - 1, digest = p_digest
       where h.stream = p_stream and h.seq = p_seq - 1 and h.digest = p_before;
     if not found then
       if exists (select from audit_stream_head h where h.stream = p_stream and h.seq = p_seq + p_count - 1 and h.digest = p_digest)
         then return false; end if;
       raise exception 'audit stream % is not where its writer left it', p_stream using errcode = 'P0001';
     end if;
     insert into audit_batch (arrival, stream, seq, count, before, entries, leaf_hashes, signature)
       values (nextval('audit_arrival'), p_stream, p_seq, p_count, p_before, p_entries, p_leaf_hashes, p_signature);
     return true;
   end $$`,
  `revoke execute on function audit_open_stream(uuid, text, bytea, text) from public`,
  `revoke execute on function audit_lock_stream(uuid) from public`,
  `revoke execute on function audit_append(uuid, bigint, integer, bytea, bytea, bytea, bytea, bytea) from public`,
];

/**
 * Where the records are that are searched for: derived from the log, and made again from it at any time. What a record says is read
 * out of its bundle: `length` bytes from `start` on. A block is 4096 records: an index by block is a third of one by place.
 */
const PROJECTION = [
  `drop table audit_record`,
  `create table audit_record (index bigint not null, at timestamptz(3) not null, keyring uuid, key uuid, source_key uuid,
     request_id uuid, version integer, start integer not null, length integer not null, caller text collate "C" not null,
     operation text collate "C" not null, outcome text collate "C" not null, door text collate "C" not null,
     source text collate "C", context uuid[], data_key_versions integer[], constraint audit_record_pk primary key (index))`,
  `create index audit_record_key on audit_record (key, (index >> 12)) where key is not null`,
  `create index audit_record_source_key on audit_record (source_key, index) where source_key is not null`,
  `create index audit_record_caller on audit_record (caller, (index >> 12))`,
  `create index audit_record_keyring on audit_record (keyring, (index >> 12)) where keyring is not null`,
  `create index audit_record_request on audit_record (request_id)`,
  `create index audit_record_context on audit_record using gin (context)`,
  `create index audit_record_data_key on audit_record (key, version, index) where data_key_versions is not null`,
  `create index audit_record_not_success on audit_record (index) where outcome <> 'success'`,
  `create index audit_record_key_not_success on audit_record (key, index) where outcome <> 'success'`,
];

const STATEMENTS = [...TABLES, ...GUARDS, ...FUNCTIONS, ...PROJECTION, `drop function audit_record_is_append_only()`];
