import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { WebhookRow } from '../../events/records.js';
import { bigintAsNumber } from './bigint-as-number.js';

@Index('webhook_revision', ['revision'])
@Entity('webhook')
export class WebhookEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_pk' })
  id!: string;

  @Column('text')
  url!: string;

  @Column('jsonb', { nullable: true })
  types!: WebhookRow['types'];

  @Column('uuid', { name: 'only_keyring', nullable: true })
  onlyKeyring!: string | null;

  @Column('bytea')
  secret!: Buffer;

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'removed_at', precision: 3, nullable: true })
  removedAt!: Date | null;

  @Column('bigint', { transformer: bigintAsNumber })
  revision!: number;

  @Column('bytea')
  tag!: Buffer;
}
