import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Index('login_attempt_last_at', ['lastAt'])
@Entity('login_attempt')
export class LoginAttemptEntity {
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'login_attempt_pk' })
  lane!: Buffer;

  @Column('integer')
  failures!: number;

  @Column({ type: 'timestamptz', name: 'last_at', precision: 3 })
  lastAt!: Date;

  @Column({ type: 'timestamptz', name: 'trusted_until', precision: 3, nullable: true })
  trustedUntil!: Date | null;
}
