import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { AuditRecord } from '../../audit/record.js';

@Index('audit_record_key', ['key', 'id'])
@Index('audit_record_caller', ['caller', 'id'])
@Index('audit_record_install_head', { synchronize: false })
@Index('audit_record_keyring_head', { synchronize: false })
@Index('audit_record_source_key', { synchronize: false })
@Index('audit_record_data_key', { synchronize: false })
@Index('audit_record_keyring', ['keyring', 'id'])
@Index('audit_record_not_success', ['id'], { where: "outcome <> 'success'" })
@Entity('audit_record')
export class AuditRecordEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'audit_record_pk' })
  id!: string;

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
