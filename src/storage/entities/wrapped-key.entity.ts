import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { WrappedKind } from '../../keys/wrapped-object.js';

@Entity('wrapped_key')
export class WrappedKeyEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'wrapped_key_pk' })
  kind!: WrappedKind;

  @PrimaryColumn('uuid', { name: 'scope_id', primaryKeyConstraintName: 'wrapped_key_pk' })
  scopeId!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'wrapped_key_pk' })
  version!: number;

  @PrimaryColumn('text', { name: 'root_id', primaryKeyConstraintName: 'wrapped_key_pk' })
  rootId!: string;

  @Column('integer', { name: 'root_version' })
  rootVersion!: number;

  @Column('bytea')
  blob!: Buffer;
}
