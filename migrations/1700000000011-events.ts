import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Webhooks, and the outbox that feeds them: docs/guides/events.md. */
export class Events1700000000011 implements MigrationInterface {
  readonly name = 'Events1700000000011';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back to a schema without events: restore a backup instead');
  }
}

const STATEMENTS = [
  `create table webhook (id uuid not null, url text not null, types jsonb, only_keyring uuid, secret bytea not null,
     created_by text not null, created_at timestamptz(3) not null, removed_at timestamptz(3), revision bigint not null,
     tag bytea not null, constraint webhook_pk primary key (id))`,
  `create index webhook_revision on webhook (revision)`,
  `create trigger webhook_changed after insert or update or delete on webhook
     for each row execute function sealed_row_changed()`,
  `create table event_delivery (id uuid not null, webhook_id uuid not null, event_id uuid not null, body text not null,
     digest bytea not null, state text not null, attempts integer not null, due_at timestamptz(3) not null,
     claimed_until timestamptz(3), give_up_at timestamptz(3) not null, created_at timestamptz(3) not null,
     finished_at timestamptz(3), last_status integer, last_error text,
     constraint event_delivery_pk primary key (id)) with (fillfactor = 70)`,
  `create index event_delivery_due on event_delivery (webhook_id, due_at) where state = 'pending'`,
  `create index event_delivery_pending on event_delivery (created_at) where state = 'pending'`,
  `create index event_delivery_state on event_delivery (webhook_id, state, id)`,
  `create index event_delivery_finished on event_delivery (finished_at) where finished_at is not null`,
];
