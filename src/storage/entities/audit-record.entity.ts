import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { AuditRecord } from '../../audit/record.js';
import { bigintAsNumber } from './bigint-as-number.js';

@Index('audit_record_index', ['index'], { unique: true })
@Index('audit_record_key', ['key', 'index'])
@Index('audit_record_caller', ['caller', 'index'])
@Index('audit_record_source_key', { synchronize: false })
@Index('audit_record_context', { synchronize: false })
@Index('audit_record_data_key', { synchronize: false })
@Index('audit_record_keyring', ['keyring', 'index'])
@Index('audit_record_request', ['requestId'])
@Index('audit_record_key_not_success', ['key', 'index'], { where: "outcome <> 'success'" })
@Index('audit_record_not_success', ['index'], { where: "outcome <> 'success'" })
@Entity('audit_record')
export class AuditRecordEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'audit_record_pk' })
  id!: string;

  /** Its place in the log. */
  @Column('bigint', { transformer: bigintAsNumber })
  index!: number;

  @Column({ type: 'timestamptz', precision: 3 })
  at!: Date;

  @Column('text')
  caller!: string;

  @Column('text', { name: 'caller_name', nullable: true })
  callerName!: string | null;

  @Column('text', { nullable: true })
  credential!: string | null;

  @Column('text')
  door!: string;

  @Column('text', { nullable: true })
  source!: string | null;

  @Column('text')
  operation!: string;

  @Column('text')
  resource!: string;

  @Column('uuid', { nullable: true })
  keyring!: string | null;

  @Column('uuid', { nullable: true })
  key!: string | null;

  @Column('integer', { nullable: true })
  version!: number | null;

  @Column('text')
  outcome!: AuditRecord['outcome'];

  @Column('text', { nullable: true })
  code!: string | null;

  @Column('text', { name: 'request_id' })
  requestId!: string;

  @Column('text')
  node!: string;

  @Column('integer', { name: 'duration_us' })
  durationUs!: number;

  @Column('jsonb')
  detail!: AuditRecord['detail'];
}
