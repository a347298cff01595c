import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ApprovalRow } from '../../access/approval.js';
import { bigintAsNumber } from './bigint-as-number.js';

@Index('approval_revision', ['revision'])
@Entity('approval')
export class ApprovalEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'approval_pk' })
  id!: string;

  @Column('text')
  operation!: string;

  @Column('text', { name: 'requester_id' })
  requesterId!: string;

  @Column('text', { name: 'requester_credential' })
  requesterCredential!: string;

  @Column('jsonb')
  subject!: ApprovalRow['subject'];

  @Column('jsonb')
  required!: ApprovalRow['required'];

  @Column('text', { nullable: true })
  guarded!: string | null;

  @Column('jsonb')
  request!: ApprovalRow['request'];

  @Column('bytea')
  digest!: Buffer;

  @Column('text')
  state!: ApprovalRow['state'];

  @Column('jsonb')
  decisions!: ApprovalRow['decisions'];

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3 })
  expiresAt!: Date;

  @Column({ type: 'timestamptz', name: 'changed_at', precision: 3 })
  changedAt!: Date;

  @Column('bigint', { transformer: bigintAsNumber })
  revision!: number;

  @Column('bytea')
  tag!: Buffer;
}
