import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('node')
export class NodeEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'node_pk' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('jsonb', { name: 'root_ids' })
  rootIds!: readonly string[];

  @Column({ type: 'timestamptz', name: 'started_at', precision: 3 })
  startedAt!: Date;

  @Column({ type: 'timestamptz', name: 'seen_at', precision: 3 })
  seenAt!: Date;

  /** When it said that it stops. */
  @Column({ type: 'timestamptz', name: 'stopped_at', precision: 3, nullable: true })
  stoppedAt!: Date | null;
}
