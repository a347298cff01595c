import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { CallerRow } from '../../access/records.js';
import { bigintAsNumber } from './bigint-as-number.js';

@Index('caller_name', ['name'], { unique: true })
@Index('caller_revision', ['revision'])
@Entity('caller')
export class CallerEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'caller_pk' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  type!: CallerRow['type'];

  @Column('text')
  state!: CallerRow['state'];

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column('text', { name: 'created_by', nullable: true })
  createdBy!: string | null;

  @Column('bigint', { transformer: bigintAsNumber })
  revision!: number;

  @Column('bytea')
  tag!: Buffer;
}
