import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { WrappingKeyRow } from '../../keys/records.js';
import { bigintAsNumber } from './bigint-as-number.js';

@Index('wrapping_key_revision', ['keyringId', 'revision'])
@Entity('wrapping_key')
export class WrappingKeyEntity {
  @PrimaryColumn('uuid', { name: 'keyring_id', primaryKeyConstraintName: 'wrapping_key_pk' })
  keyringId!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'wrapping_key_pk' })
  version!: number;

  @Column('text')
  state!: WrappingKeyRow['state'];

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column('bigint', { transformer: bigintAsNumber })
  revision!: number;

  @Column('bytea')
  tag!: Buffer;
}
