import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { CampaignRow } from '../../rotation/records.js';
import { bigintAsNumber } from './bigint-as-number.js';

@Index('campaign_id', ['id'], { unique: true })
@Index('campaign_revision', ['keyringId', 'revision'])
@Index('campaign_key', ['keyId', 'id'])
@Index('campaign_in_state', ['state', 'id'])
@Index('campaign_state', ['keyringId', 'state', 'id'])
@Index('campaign_key_state', ['keyId', 'state', 'id'])
@Index('campaign_open', ['startedAt'], { where: "state = 'open'" })
@Entity('campaign')
export class CampaignEntity {
  @PrimaryColumn('uuid', { name: 'keyring_id', primaryKeyConstraintName: 'campaign_pk' })
  keyringId!: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'campaign_pk' })
  id!: string;

  @Column('uuid', { name: 'key_id' })
  keyId!: string;

  @Column('integer', { name: 'from_versions', array: true })
  fromVersions!: CampaignRow['fromVersions'];

  @Column('integer', { name: 'to_version' })
  toVersion!: number;

  @Column('bigint', { name: 'quiet_ms', transformer: bigintAsNumber })
  quietMs!: number;

  @Column('bigint', { name: 'uses_before', transformer: bigintAsNumber })
  usesBefore!: number;

  @Column('bigint', { name: 'old_uses_before', transformer: bigintAsNumber })
  oldUsesBefore!: number;

  @Column('text')
  state!: CampaignRow['state'];

  @Column('bigint', { transformer: bigintAsNumber })
  rewrapped!: number;

  @Column('bigint', { transformer: bigintAsNumber })
  skipped!: number;

  @Column('bigint', { transformer: bigintAsNumber })
  failed!: number;

  @Column({ type: 'timestamptz', name: 'reported_at', precision: 3, nullable: true })
  reportedAt!: Date | null;

  @Column('text', { name: 'reported_by', nullable: true })
  reportedBy!: string | null;

  @Column({ type: 'timestamptz', name: 'started_at', precision: 3 })
  startedAt!: Date;

  @Column('text', { name: 'started_by' })
  startedBy!: string;

  @Column({ type: 'timestamptz', name: 'ended_at', precision: 3, nullable: true })
  endedAt!: Date | null;

  @Column('text', { name: 'ended_by', nullable: true })
  endedBy!: string | null;

  @Column('bigint', { transformer: bigintAsNumber })
  revision!: number;

  @Column('bytea')
  tag!: Buffer;
}
