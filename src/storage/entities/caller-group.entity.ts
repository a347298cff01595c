import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { GroupRow } from '../../access/records.js';
import { bigintAsNumber } from './bigint-as-number.js';

@Index('caller_group_name', ['name'], { unique: true, where: 'removed_at is null' })
@Index('caller_group_revision', ['revision'])
@Entity('caller_group')
export class CallerGroupEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'caller_group_pk' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  description!: string;

  @Column('jsonb')
  members!: GroupRow['members'];

  @Column('jsonb', { nullable: true })
  claim!: GroupRow['claim'] & (object | null);

  @Column({ type: 'timestamptz', name: 'removed_at', precision: 3, nullable: true })
  removedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column('text', { name: 'created_by', nullable: true })
  createdBy!: string | null;

  @Column('bigint', { transformer: bigintAsNumber })
  revision!: number;

  @Column('bytea')
  tag!: Buffer;
}
