import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Webhooks that are paused: docs/guides/events.md. */
export class WebhookBreaker1700000000020 implements MigrationInterface {
  readonly name = 'WebhookBreaker1700000000020';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back to webhooks that are never paused: restore a backup instead');
  }
}

const STATEMENTS = [
  `create table webhook_breaker (webhook_id uuid not null, timeouts integer not null, paused_until timestamptz(3),
     constraint webhook_breaker_pk primary key (webhook_id))`,
];
