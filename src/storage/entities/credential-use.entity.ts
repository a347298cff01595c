import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('credential_use')
export class CredentialUseEntity {
  @PrimaryColumn('text', { name: 'credential_id', primaryKeyConstraintName: 'credential_use_pk' })
  credentialId!: string;

  @Column({ type: 'timestamptz', name: 'used_at', precision: 3 })
  usedAt!: Date;
}
