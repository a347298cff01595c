import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { bigintAsNumber } from './bigint-as-number.js';

@Index('pki_authority_revision', ['revision'])
@Entity('pki_authority')
export class AuthorityEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pki_authority_pk' })
  id!: string;

  @Column('text', { name: 'trust_domain' })
  trustDomain!: string;

  @Column('uuid', { name: 'system_keyring' })
  systemKeyring!: string;

  @Column('bytea')
  certificate!: Buffer;

  @Column('bytea', { name: 'public_key' })
  publicKey!: Buffer;

  @Column('bytea')
  material!: Buffer;

  @Column('integer', { name: 'max_lifetime' })
  maxLifetime!: number;

  @Column('text', { name: 'crl_url', nullable: true })
  crlUrl!: string | null;

  @Column('bytea')
  crl!: Buffer;

  @Column('bigint', { name: 'crl_number', transformer: bigintAsNumber })
  crlNumber!: number;

  @Column({ type: 'timestamptz', name: 'crl_at', precision: 3 })
  crlAt!: Date;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;

  @Column('bigint', { transformer: bigintAsNumber })
  revision!: number;

  @Column('bytea')
  tag!: Buffer;
}
