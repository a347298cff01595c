import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { KeyGrant } from '../../keys/key-grant.js';
import type { MultiRegion } from '../../keys/multi-region.js';
import type { KeyRow } from '../../keys/records.js';
import { bigintAsNumber } from './bigint-as-number.js';

@Index('key_name', ['keyringId', 'name'], { unique: true, where: "name is not null and state <> 'destroyed'" })
@Index('key_revision', ['keyringId', 'revision'])
@Index('key_page', ['keyringId', 'id'])
@Index('key_lineage', ['lineageId'])
@Index('key_destroy_at', ['destroyAt'], { where: "state = 'pending-destruction'" })
@Index('key_state', ['keyringId', 'state', 'id'])
@Index('key_spec', ['keyringId', 'spec', 'id'])
@Index('key_usage', ['keyringId', 'usage', 'id'])
@Index('key_published', ['keyringId', 'id'], { where: 'published' })
@Index('key_grants', ['keyringId', 'id'], { where: 'grants is not null' })
@Index('key_name_prefix', { synchronize: false })
@Index('key_rotated', { synchronize: false })
@Index('key_tags', { synchronize: false })
@Entity('key')
export class KeyEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'key_pk' })
  id!: string;

  @Column('uuid', { name: 'keyring_id' })
  keyringId!: string;

  @Column('text', { nullable: true })
  name!: string | null;

  @Column('text')
  description!: string;

  @Column('text')
  spec!: KeyRow['spec'];

  @Column('text')
  usage!: KeyRow['usage'];

  @Column('text')
  state!: KeyRow['state'];

  @Column({ type: 'timestamptz', name: 'not_before', precision: 3, nullable: true })
  notBefore!: Date | null;

  @Column({ type: 'timestamptz', name: 'destroy_at', precision: 3, nullable: true })
  destroyAt!: Date | null;

  @Column('boolean')
  exportable!: boolean;

  @Column('text')
  origin!: KeyRow['origin'];

  @Column('boolean')
  published!: boolean;

  @Column('jsonb')
  tags!: KeyRow['tags'];

  @Column('uuid', { name: 'lineage_id' })
  lineageId!: string;

  @Column('integer', { name: 'primary_version' })
  primaryVersion!: number;

  @Column('integer', { name: 'version_count' })
  versionCount!: number;

  @Column('bytea', { name: 'versions_digest' })
  versionsDigest!: Buffer;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'rotated_at', precision: 3, nullable: true })
  rotatedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'enabled_at', precision: 3, nullable: true })
  enabledAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'material_expires_at', precision: 3, nullable: true })
  materialExpiresAt!: Date | null;

  @Column('text', { name: 'key_policy', nullable: true })
  keyPolicy!: string | null;

  @Column('jsonb', { nullable: true })
  grants!: readonly KeyGrant[] | null;

  @Column('jsonb', { name: 'multi_region', nullable: true })
  multiRegion!: MultiRegion | null;

  @Column('bigint', { transformer: bigintAsNumber })
  revision!: number;

  @Column('bytea')
  tag!: Buffer;
}
