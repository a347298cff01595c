import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { AuditOutcome } from '../../audit/record.js';
import { bigintAsNumber } from './bigint-as-number.js';

/** What is searched of a record. */
@Index('audit_record_key', { synchronize: false })
@Index('audit_record_source_key', ['sourceKey', 'index'], { where: 'source_key is not null' })
@Index('audit_record_caller', { synchronize: false })
@Index('audit_record_keyring', { synchronize: false })
@Index('audit_record_request', ['requestId'])
@Index('audit_record_context', { synchronize: false })
@Index('audit_record_data_key', ['key', 'version', 'index'], { where: 'data_key_versions is not null' })
@Index('audit_record_key_not_success', ['key', 'index'], { where: "outcome <> 'success'" })
@Index('audit_record_not_success', ['index'], { where: "outcome <> 'success'" })
@Entity('audit_record')
export class AuditRecordEntity {
  /** Its place in the log. */
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'audit_record_pk', transformer: bigintAsNumber })
  index!: number;

  @Column({ type: 'timestamptz', precision: 3 })
  at!: Date;

  @Column('uuid', { nullable: true })
  keyring!: string | null;

  @Column('uuid', { nullable: true })
  key!: string | null;

  /** `detail.sourceKeyId` */
  @Column('uuid', { name: 'source_key', nullable: true })
  sourceKey!: string | null;

  @Column('uuid', { name: 'request_id', nullable: true })
  requestId!: string | null;

  @Column('integer', { nullable: true })
  version!: number | null;

  /** Of its bytes in its bundle. */
  @Column('integer')
  start!: number;

  @Column('integer')
  length!: number;

  @Column({ type: 'text', collation: 'C' })
  caller!: string;

  @Column({ type: 'text', collation: 'C' })
  operation!: string;

  @Column({ type: 'text', collation: 'C' })
  outcome!: AuditOutcome;

  @Column({ type: 'text', collation: 'C' })
  door!: string;

  @Column({ type: 'text', collation: 'C', nullable: true })
  source!: string | null;

  /** `detail.contextHashes`: 16 bytes each. */
  @Column('uuid', { array: true, nullable: true })
  context!: string[] | null;

  /** Of the key, under which data keys were wrapped; null: none were. */
  @Column('integer', { name: 'data_key_versions', array: true, nullable: true })
  dataKeyVersions!: number[] | null;
}
