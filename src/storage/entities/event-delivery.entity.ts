import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { DeliveryFailure, DeliveryState } from '../../events/records.js';

/** The outbox: an event for one webhook. Its digest says that the service wrote it; when it is sent is not sealed. */
@Index('event_delivery_due', ['webhookId', 'dueAt'], { where: `state = 'pending'` })
@Index('event_delivery_pending', ['createdAt'], { where: `state = 'pending'` })
@Index('event_delivery_state', ['webhookId', 'state', 'id'])
@Index('event_delivery_finished', ['finishedAt'], { where: 'finished_at is not null' })
@Entity('event_delivery')
export class EventDeliveryEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'event_delivery_pk' })
  id!: string;

  @Column('uuid', { name: 'webhook_id' })
  webhookId!: string;

  @Column('uuid', { name: 'event_id' })
  eventId!: string;

  @Column('text')
  body!: string;

  @Column('bytea')
  digest!: Buffer;

  @Column('text')
  state!: DeliveryState;

  @Column('integer')
  attempts!: number;

  @Column({ type: 'timestamptz', name: 'due_at', precision: 3 })
  dueAt!: Date;

  @Column({ type: 'timestamptz', name: 'claimed_until', precision: 3, nullable: true })
  claimedUntil!: Date | null;

  @Column({ type: 'timestamptz', name: 'give_up_at', precision: 3 })
  giveUpAt!: Date;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'finished_at', precision: 3, nullable: true })
  finishedAt!: Date | null;

  @Column('integer', { name: 'last_status', nullable: true })
  lastStatus!: number | null;

  @Column('text', { name: 'last_error', nullable: true })
  lastError!: DeliveryFailure | null;
}
