import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { bigintAsNumber } from './bigint-as-number.js';

/** When the schedule looks at a key. Not sealed: whatever it then does is decided on verified rows. */
@Index('due_key_due', ['dueAt'])
@Check('due_key_finite', 'isfinite(due_at) and isfinite(claimed_until) and isfinite(told_through)')
@Entity('due_key')
export class DueKeyEntity {
  @PrimaryColumn('uuid', { name: 'key_id', primaryKeyConstraintName: 'due_key_pk' })
  keyId!: string;

  @Column('uuid', { name: 'keyring_id' })
  keyringId!: string;

  @Column({ type: 'timestamptz', name: 'due_at', precision: 3 })
  dueAt!: Date;

  @Column('bigint', { transformer: bigintAsNumber })
  marks!: number;

  @Column('integer')
  failures!: number;

  @Column({ type: 'timestamptz', name: 'claimed_until', precision: 3, nullable: true })
  claimedUntil!: Date | null;

  @Column({ type: 'timestamptz', name: 'told_through', precision: 3, nullable: true })
  toldThrough!: Date | null;

  @Column('bigint', { name: 'after_messages', nullable: true })
  afterMessages!: string | null;

  @Column('bigint', { name: 'after_bytes', nullable: true })
  afterBytes!: string | null;
}
