import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { PolicyRow } from '../../rotation/records.js';
import { bigintAsNumber } from './bigint-as-number.js';

@Index('policy_revision', ['keyringId', 'revision'])
@Entity('policy')
export class PolicyEntity {
  @PrimaryColumn('uuid', { name: 'keyring_id', primaryKeyConstraintName: 'policy_pk' })
  keyringId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'policy_pk' })
  target!: string;

  @Column('jsonb', { nullable: true })
  document!: PolicyRow['document'];

  @Column({ type: 'timestamptz', name: 'set_at', precision: 3 })
  setAt!: Date;

  @Column('jsonb')
  selectors!: PolicyRow['selectors'];

  @Column('bigint', { transformer: bigintAsNumber })
  revision!: number;

  @Column('bytea')
  tag!: Buffer;
}
