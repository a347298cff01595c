import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The first schema: docs/ARCHITECTURE.md, "Storage"; docs/formats/integrity.md for revision and tag. */
export class Keystead1700000000001 implements MigrationInterface {
  readonly name = 'Keystead1700000000001';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('the first migration has no way back: drop the database instead');
  }
}

const SEALED = `revision bigint not null, tag bytea not null`;

const TABLES = [
  `create table install (id smallint not null, install_id uuid not null, created_at timestamptz(3) not null,
     constraint install_pk primary key (id), constraint install_one check (id = 1))`,
  `create table head (scope_id uuid not null, revision bigint not null, count bigint not null, mask bytea not null,
     set_hash bytea not null, tag bytea not null, constraint head_pk primary key (scope_id)) with (fillfactor = 20)`,
  `create table wrapped_key (kind text not null, scope_id uuid not null, version integer not null, root_id text not null,
     root_version integer not null, blob bytea not null,
     constraint wrapped_key_pk primary key (kind, scope_id, version, root_id))`,
  `create table keyring (id uuid not null, name text not null, description text not null, state text not null,
     wrapping_version integer not null, created_at timestamptz(3) not null, destroyed_at timestamptz(3), ${SEALED},
     constraint keyring_pk primary key (id))`,
  `create table caller (id uuid not null, name text not null, type text not null, state text not null,
     created_at timestamptz(3) not null, ${SEALED}, constraint caller_pk primary key (id))`,
  `create table credential (id text not null, caller_id uuid not null, kind text not null, hash bytea not null,
     purpose text not null, source text not null, description text not null, expires_at timestamptz(3),
     revoked_at timestamptz(3), created_at timestamptz(3) not null, ${SEALED}, constraint credential_pk primary key (id))`,
  `create table binding (id uuid not null, caller_id uuid not null, role text not null, effect text not null,
     scope jsonb not null, expires_at timestamptz(3), removed_at timestamptz(3), created_at timestamptz(3) not null,
     ${SEALED}, constraint binding_pk primary key (id))`,
  `create table wrapping_key (keyring_id uuid not null, version integer not null, state text not null,
     created_at timestamptz(3) not null, ${SEALED}, constraint wrapping_key_pk primary key (keyring_id, version))`,
  `create table key (id uuid not null, keyring_id uuid not null, name text, description text not null, spec text not null,
     usage text not null, state text not null, not_before timestamptz(3), destroy_at timestamptz(3),
     exportable boolean not null, origin text not null, published boolean not null, tags jsonb not null,
     lineage_id uuid not null, primary_version integer not null, version_count integer not null,
     versions_digest bytea not null, created_at timestamptz(3) not null, rotated_at timestamptz(3), ${SEALED},
     constraint key_pk primary key (id))`,
  `create table key_version (key_id uuid not null, version integer not null, keyring_id uuid not null, state text not null,
     reason text, material_id bytea not null, public_key bytea, fingerprint bytea, created_at timestamptz(3) not null,
     changed_at timestamptz(3) not null, wrapping_version integer not null, material bytea, ${SEALED},
     constraint key_version_pk primary key (key_id, version))`,
  `create table alias (keyring_id uuid not null, name text not null, key_id uuid, created_at timestamptz(3) not null,
     ${SEALED}, constraint alias_pk primary key (keyring_id, name))`,
  `create table message_counter (key_id uuid not null, version integer not null, keyring_id uuid not null,
     reserved bigint not null, tag bytea not null, constraint message_counter_pk primary key (key_id, version))`,
  `create table import_token (id text not null, keyring_id uuid not null, key_id uuid not null, caller_id uuid not null,
     algorithm text not null, hash bytea not null, private_key bytea not null, wrapping_version integer not null,
     expires_at timestamptz(3) not null, failures integer not null, constraint import_token_pk primary key (id))`,
  `create table idempotency_key (caller_id text not null, operation text not null, key bytea not null,
     body_digest bytea not null, resource_id text not null, created_at timestamptz(3) not null,
     constraint idempotency_key_pk primary key (caller_id, operation, key))`,
  `create table node (id uuid not null, name text not null, root_ids jsonb not null, started_at timestamptz(3) not null,
     seen_at timestamptz(3) not null, stopped_at timestamptz(3), constraint node_pk primary key (id))`,
  `create table root_migration (id uuid not null, phase text not null, from_root text not null, to_root text not null,
     started_at timestamptz(3) not null, changed_at timestamptz(3) not null, constraint root_migration_pk primary key (id))`,
  `create table audit_record (id uuid not null, at timestamptz(3) not null, caller text not null, caller_name text,
     credential text, door text not null, source text, operation text not null, resource text not null, keyring uuid,
     key uuid, version integer, outcome text not null, code text, request_id text not null, node text not null,
     duration_us integer not null, detail jsonb not null, constraint audit_record_pk primary key (id))`,
];

const INDEXES = [
  `create unique index keyring_name on keyring (name)`,
  `create index keyring_revision on keyring (revision)`,
  `create unique index caller_name on caller (name)`,
  `create index caller_revision on caller (revision)`,
  `create index credential_revision on credential (revision)`,
  `create index binding_revision on binding (revision)`,
  `create index wrapping_key_revision on wrapping_key (keyring_id, revision)`,
  `create unique index key_name on key (keyring_id, name) where name is not null and state <> 'destroyed'`,
  `create index key_revision on key (keyring_id, revision)`,
  `create index key_page on key (keyring_id, id)`,
  `create index key_lineage on key (lineage_id)`,
  `create index key_destroy_at on key (destroy_at) where state = 'pending-destruction'`,
  `create index key_state on key (keyring_id, state, id)`,
  `create index key_spec on key (keyring_id, spec, id)`,
  `create index key_usage on key (keyring_id, usage, id)`,
  `create index key_published on key (keyring_id, id) where published`,
  `create index key_name_prefix on key (keyring_id, name text_pattern_ops) where name is not null`,
  `create index key_rotated on key (keyring_id, coalesce(rotated_at, created_at))`,
  `create index key_tags on key using gin (tags)`,
  `create index key_version_wrapping on key_version (keyring_id, wrapping_version) where material is not null`,
  `create index alias_revision on alias (keyring_id, revision)`,
  `create index alias_key on alias (key_id)`,
  `create index idempotency_key_created on idempotency_key (created_at)`,
  `create index audit_record_key on audit_record (key, id)`,
  `create index audit_record_source_key on audit_record ((detail ->> 'sourceKeyId'), id)
     where detail ->> 'sourceKeyId' is not null`,
  `create index audit_record_caller on audit_record (caller, id)`,
  `create index audit_record_keyring on audit_record (keyring, id)`,
  `create index audit_record_not_success on audit_record (id) where outcome <> 'success'`,
];

const GUARDS = [
  `create function audit_record_is_append_only() returns trigger language plpgsql as $$
   begin raise exception 'audit_record is append-only: % refused', tg_op using errcode = 'insufficient_privilege'; end $$`,
  `create trigger audit_record_no_change before update or delete on audit_record
     for each statement execute function audit_record_is_append_only()`,
  `create trigger audit_record_no_truncate before truncate on audit_record
     for each statement execute function audit_record_is_append_only()`,
  `alter table audit_record enable always trigger audit_record_no_change`,
  `alter table audit_record enable always trigger audit_record_no_truncate`,
  // Every node hears of every changed row, whoever changed it: a prefetch, and an early warning. Never relied upon.
  `create function sealed_row_changed() returns trigger language plpgsql as $$
   declare r jsonb := case tg_op when 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
   begin
     perform pg_notify('keystead_rows', json_build_object('table', tg_table_name, 'keyring', r->>'keyring_id', 'key',
       r->>'key_id', 'id', r->>'id')::text);
     return null;
   end $$`,
  ...['keyring', 'caller', 'credential', 'binding', 'wrapping_key', 'key', 'key_version', 'alias'].map(
    (table) => `create trigger ${table}_changed after insert or update or delete on ${table}
     for each row execute function sealed_row_changed()`,
  ),
];

const STATEMENTS = [...TABLES, ...INDEXES, ...GUARDS];
