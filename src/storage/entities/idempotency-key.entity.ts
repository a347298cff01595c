import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Index('idempotency_key_created', ['createdAt'])
@Entity('idempotency_key')
export class IdempotencyKeyEntity {
  @PrimaryColumn('text', { name: 'caller_id', primaryKeyConstraintName: 'idempotency_key_pk' })
  callerId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'idempotency_key_pk' })
  operation!: string;

  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'idempotency_key_pk' })
  key!: Buffer;

  @Column('bytea', { name: 'body_digest' })
  bodyDigest!: Buffer;

  @Column('text', { name: 'resource_id' })
  resourceId!: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;
}
