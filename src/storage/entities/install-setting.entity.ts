import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { CredentialPolicy } from '../../access/credential-policy.js';
import type { DualControl } from '../../keys/dual-control.js';
import { bigintAsNumber } from './bigint-as-number.js';

@Index('install_setting_revision', ['revision'])
@Entity('install_setting')
export class InstallSettingEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'install_setting_pk' })
  id!: string;

  @Column('jsonb', { name: 'dual_control', nullable: true })
  dualControl!: DualControl | null;

  @Column('jsonb', { name: 'credential_policy', nullable: true })
  credentialPolicy!: CredentialPolicy | null;

  @Column('bigint', { transformer: bigintAsNumber })
  revision!: number;

  @Column('bytea')
  tag!: Buffer;
}
