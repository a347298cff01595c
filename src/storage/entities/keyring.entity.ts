import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { DualControl } from '../../keys/dual-control.js';
import type { AwsAccount } from '../../keys/aws-account.js';
import type { KeyringRow } from '../../keys/records.js';
import { bigintAsNumber } from './bigint-as-number.js';

@Index('keyring_name', ['name'], { unique: true })
@Index('keyring_revision', ['revision'])
@Entity('keyring')
export class KeyringEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'keyring_pk' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  description!: string;

  @Column('text')
  state!: KeyringRow['state'];

  @Column('integer', { name: 'wrapping_version' })
  wrappingVersion!: number;

  @Column('boolean', { name: 'separation_of_duties', nullable: true })
  separationOfDuties!: boolean | null;

  @Column('jsonb', { name: 'dual_control', nullable: true })
  dualControl!: DualControl | null;

  @Column('jsonb', { name: 'aws_account', nullable: true })
  awsAccount!: AwsAccount | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'destroyed_at', precision: 3, nullable: true })
  destroyedAt!: Date | null;

  @Column('bigint', { transformer: bigintAsNumber })
  revision!: number;

  @Column('bytea')
  tag!: Buffer;
}
