import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('install')
export class InstallEntity {
  @PrimaryColumn('smallint', { primaryKeyConstraintName: 'install_pk' })
  id!: number;

  @Column('uuid', { name: 'install_id' })
  installId!: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt!: Date;
}
