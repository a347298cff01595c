import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A webhook whose receiver did not answer in time; gone once it has. Not sealed, as when a delivery is sent is not. */
@Entity('webhook_breaker')
export class WebhookBreakerEntity {
  @PrimaryColumn('uuid', { name: 'webhook_id', primaryKeyConstraintName: 'webhook_breaker_pk' })
  webhookId!: string;

  @Column('integer')
  timeouts!: number;

  @Column({ type: 'timestamptz', name: 'paused_until', precision: 3, nullable: true })
  pausedUntil!: Date | null;
}
