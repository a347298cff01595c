import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { RootPhase } from '../../ledger/root-migrations.js';
import { bigintAsNumber } from './bigint-as-number.js';

@Index('root_migration_revision', ['revision'])
@Entity('root_migration')
export class RootMigrationEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'root_migration_pk' })
  id!: string;

  @Column('text')
  phase!: RootPhase;

  @Column('text', { name: 'from_root' })
  fromRoot!: string;

  @Column('text', { name: 'to_root' })
  toRoot!: string;

  @Column({ type: 'timestamptz', name: 'started_at', precision: 3 })
  startedAt!: Date;

  @Column({ type: 'timestamptz', name: 'changed_at', precision: 3 })
  changedAt!: Date;

  @Column('bigint', { transformer: bigintAsNumber })
  revision!: number;

  @Column('bytea')
  tag!: Buffer;
}
