import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the service's own certificate authority needs: docs/guides/operators.md. */
export class Pki1700000000003 implements MigrationInterface {
  readonly name = 'Pki1700000000003';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back to a schema without certificates: restore a backup instead');
  }
}

const STATEMENTS = [
  `create table pki_authority (id uuid not null, trust_domain text not null, system_keyring uuid not null,
     certificate bytea not null, public_key bytea not null, material bytea not null, max_lifetime integer not null,
     crl_url text, crl bytea not null, crl_number bigint not null, crl_at timestamptz(3) not null,
     created_at timestamptz(3) not null, revision bigint not null, tag bytea not null,
     constraint pki_authority_pk primary key (id))`,
  `create index pki_authority_revision on pki_authority (revision)`,
  `create table certificate (id uuid not null, caller_id text not null, requester_id text not null,
     dns_names jsonb not null, lifetime integer not null, public_key bytea not null, state text not null,
     decided_by text, credential_id text, certificate bytea, issued jsonb not null, reason text,
     created_at timestamptz(3) not null, expires_at timestamptz(3) not null, changed_at timestamptz(3) not null,
     revision bigint not null, tag bytea not null, constraint certificate_pk primary key (id))`,
  `create index certificate_revision on certificate (revision)`,
  ...['pki_authority', 'certificate'].map(
    (table) => `create trigger ${table}_changed after insert or update or delete on ${table}
     for each row execute function sealed_row_changed()`,
  ),
];
