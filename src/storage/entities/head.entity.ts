import { Column, Entity, PrimaryColumn } from 'typeorm';
import { bigintAsNumber } from './bigint-as-number.js';

@Entity('head')
export class HeadEntity {
  @PrimaryColumn('uuid', { name: 'scope_id', primaryKeyConstraintName: 'head_pk' })
  scopeId!: string;

  @Column('bigint', { transformer: bigintAsNumber })
  revision!: number;

  @Column('bigint', { transformer: bigintAsNumber })
  count!: number;

  @Column('bytea')
  mask!: Buffer;

  @Column('bytea', { name: 'set_hash' })
  setHash!: Buffer;

  @Column('bytea')
  tag!: Buffer;
}
