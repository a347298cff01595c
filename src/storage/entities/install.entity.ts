import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

@Check('install_one', 'id = 1')
@Entity('install')
export class InstallEntity {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'install_pk' })
  id!: number;

  @Column('uuid', { name: 'install_id' })
  installId!: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;
}
