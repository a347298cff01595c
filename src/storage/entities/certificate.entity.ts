import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { CertificateRow } from '../../pki/records.js';
import { bigintAsNumber } from './bigint-as-number.js';

@Index('certificate_revision', ['revision'])
@Entity('certificate')
export class CertificateEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'certificate_pk' })
  id!: string;

  @Column('text', { name: 'caller_id' })
  callerId!: string;

  @Column('text', { name: 'requester_id' })
  requesterId!: string;

  @Column('jsonb', { name: 'dns_names' })
  dnsNames!: CertificateRow['dnsNames'];

  @Column('integer')
  lifetime!: number;

  @Column('bytea', { name: 'public_key' })
  publicKey!: Buffer;

  @Column('text')
  state!: CertificateRow['state'];

  @Column('text', { name: 'decided_by', nullable: true })
  decidedBy!: string | null;

  @Column('text', { name: 'credential_id', nullable: true })
  credentialId!: string | null;

  @Column('bytea', { nullable: true })
  certificate!: Buffer | null;

  @Column('jsonb')
  issued!: CertificateRow['issued'];

  @Column('text', { nullable: true })
  reason!: CertificateRow['reason'];

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
