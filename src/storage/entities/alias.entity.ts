import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { bigintAsNumber } from './bigint-as-number.js';

@Index('alias_revision', ['keyringId', 'revision'])
@Index('alias_key', ['keyId'])
@Entity('alias')
export class AliasEntity {
  @PrimaryColumn('uuid', { name: 'keyring_id', primaryKeyConstraintName: 'alias_pk' })
  keyringId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'alias_pk' })
  name!: string;

  @Column('uuid', { name: 'key_id', nullable: true })
  keyId!: string | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column('bigint', { transformer: bigintAsNumber })
  revision!: number;

  @Column('bytea')
  tag!: Buffer;
}
