import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { CredentialRow } from '../../access/records.js';
import { bigintAsNumber } from './bigint-as-number.js';

@Index('credential_revision', ['revision'])
@Entity('credential')
export class CredentialEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'credential_pk' })
  id!: string;

  @Column('uuid', { name: 'caller_id' })
  callerId!: string;

  @Column('text')
  kind!: CredentialRow['kind'];

  @Column('bytea')
  hash!: Buffer;

  @Column('jsonb', { nullable: true })
  match!: CredentialRow['match'] & (object | null);

  @Column('jsonb', { nullable: true })
  factors!: CredentialRow['factors'] & (object | null);

  @Column('jsonb', { name: 'access_key', nullable: true })
  accessKey!: CredentialRow['accessKey'] & (object | null);

  @Column('text')
  purpose!: CredentialRow['purpose'];

  @Column('text')
  source!: CredentialRow['source'];

  @Column('text')
  description!: string;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3, nullable: true })
  expiresAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'revoked_at', precision: 3, nullable: true })
  revokedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column('text', { name: 'created_by', nullable: true })
  createdBy!: string | null;

  @Column('bigint', { transformer: bigintAsNumber })
  revision!: number;

  @Column('bytea')
  tag!: Buffer;
}
