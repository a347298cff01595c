import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { RoleRow } from '../../access/records.js';
import { bigintAsNumber } from './bigint-as-number.js';

@Index('role_name', ['name'], { unique: true, where: 'removed_at is null' })
@Index('role_revision', ['revision'])
@Entity('role')
export class RoleEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'role_pk' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('jsonb')
  permissions!: RoleRow['permissions'];

  @Column({ type: 'timestamptz', name: 'removed_at', precision: 3, nullable: true })
  removedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column('bigint', { transformer: bigintAsNumber })
  revision!: number;

  @Column('bytea')
  tag!: Buffer;
}
