import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The schedule of policies in large keyrings, and rows of it that make no sense: docs/guides/policies.md. */
export class PolicyEngine1700000000019 implements MigrationInterface {
  readonly name = 'PolicyEngine1700000000019';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await queryRunner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('there is no way back to a schedule that takes every date: restore a backup instead');
  }
}

const STATEMENTS = [
  // Keyrings whose policy changed: their keys up to this one are due.
  `create table due_keyring (keyring_id uuid not null, spread_to uuid not null default '00000000-0000-0000-0000-000000000000',
     constraint due_keyring_pk primary key (keyring_id))`,
  // What nobody here wrote: the key is looked at once more, and its version counts as used now.
  `update due_key set due_at = 'epoch' where not isfinite(due_at)`,
  `update due_key set claimed_until = null where not isfinite(claimed_until)`,
  `update due_key set told_through = null where not isfinite(told_through)`,
  `update key_use set used_at = now() where not isfinite(used_at)`,
  `alter table due_key add constraint due_key_finite
     check (isfinite(due_at) and isfinite(claimed_until) and isfinite(told_through))`,
  `alter table key_use add constraint key_use_finite check (isfinite(used_at))`,
  `create index campaign_in_state on campaign (state, id)`,
  `create index campaign_state on campaign (keyring_id, state, id)`,
  `create index campaign_key_state on campaign (key_id, state, id)`,
];
