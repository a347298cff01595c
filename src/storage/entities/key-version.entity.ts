import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ImportedMaterial, VersionRotation, VersionRow } from '../../keys/records.js';
import { bigintAsNumber } from './bigint-as-number.js';

@Index('key_version_wrapping', ['keyringId', 'wrappingVersion'], { where: 'material is not null' })
@Entity('key_version')
export class KeyVersionEntity {
  @PrimaryColumn('uuid', { name: 'key_id', primaryKeyConstraintName: 'key_version_pk' })
  keyId!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'key_version_pk' })
  version!: number;

  @Column('uuid', { name: 'keyring_id' })
  keyringId!: string;

  @Column('text')
  state!: VersionRow['state'];

  @Column('text', { nullable: true })
  reason!: VersionRow['reason'];

  @Column('bytea', { name: 'material_id' })
  materialId!: Buffer;

  @Column('bytea', { name: 'public_key', nullable: true })
  publicKey!: Buffer | null;

  @Column('bytea', { nullable: true })
  fingerprint!: Buffer | null;

  @Column('jsonb', { nullable: true })
  rotation!: VersionRotation | null;

  @Column('jsonb', { nullable: true })
  imported!: ImportedMaterial | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'changed_at', precision: 3 })
  changedAt!: Date;

  @Column('integer', { name: 'wrapping_version' })
  wrappingVersion!: number;

  @Column('bytea', { nullable: true })
  material!: Buffer | null;

  @Column('bigint', { transformer: bigintAsNumber })
  revision!: number;

  @Column('bytea')
  tag!: Buffer;
}
