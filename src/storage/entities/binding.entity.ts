import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Conditions } from '../../access/conditions.js';
import type { BindingRow } from '../../access/records.js';
import { bigintAsNumber } from './bigint-as-number.js';

@Index('binding_revision', ['revision'])
@Entity('binding')
export class BindingEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'binding_pk' })
  id!: string;

  @Column('uuid', { name: 'caller_id' })
  callerId!: string;

  @Column('text')
  role!: string;

  @Column('text')
  effect!: BindingRow['effect'];

  @Column('jsonb')
  scope!: BindingRow['scope'];

  @Column('jsonb', { nullable: true })
  conditions!: Conditions | null;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3, nullable: true })
  expiresAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'removed_at', precision: 3, nullable: true })
  removedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column('text', { name: 'created_by', nullable: true })
  createdBy!: string | null;

  @Column('bigint', { transformer: bigintAsNumber })
  revision!: number;

  @Column('bytea')
  tag!: Buffer;
}
