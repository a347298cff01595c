import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('import_token')
export class ImportTokenEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'import_token_pk' })
  id!: string;

  @Column('uuid', { name: 'keyring_id' })
  keyringId!: string;

  @Column('uuid', { name: 'key_id' })
  keyId!: string;

  @Column('uuid', { name: 'caller_id' })
  callerId!: string;

  @Column('text')
  algorithm!: string;

  @Column('bytea')
  hash!: Buffer;

  @Column('bytea', { name: 'private_key' })
  privateKey!: Buffer;

  @Column('integer', { name: 'wrapping_version' })
  wrappingVersion!: number;

  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3 })
  expiresAt!: Date;

  @Column('integer')
  failures!: number;
}
