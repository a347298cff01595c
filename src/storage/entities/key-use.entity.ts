import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import { bigintAsNumber } from './bigint-as-number.js';

@Check('key_use_finite', 'isfinite(used_at)')
@Entity('key_use')
export class KeyUseEntity {
  @PrimaryColumn('uuid', { name: 'key_id', primaryKeyConstraintName: 'key_use_pk' })
  keyId!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'key_use_pk' })
  version!: number;

  @Column('bigint', { transformer: bigintAsNumber })
  encryptions!: number;

  @Column('bigint', { transformer: bigintAsNumber })
  decryptions!: number;

  @Column('bigint', { transformer: bigintAsNumber })
  signatures!: number;

  @Column('bigint', { transformer: bigintAsNumber })
  verifications!: number;

  @Column('bigint', { transformer: bigintAsNumber })
  refused!: number;

  @Column('bigint', { transformer: bigintAsNumber })
  bytes!: number;

  @Column({ type: 'timestamptz', name: 'used_at', precision: 3 })
  usedAt!: Date;

  @Column('text', { name: 'used_by' })
  usedBy!: string;
}
