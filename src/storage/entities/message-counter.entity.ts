import { Column, Entity, PrimaryColumn } from 'typeorm';
import { bigintAsNumber } from './bigint-as-number.js';

@Entity('message_counter')
export class MessageCounterEntity {
  @PrimaryColumn('uuid', { name: 'key_id', primaryKeyConstraintName: 'message_counter_pk' })
  keyId!: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'message_counter_pk' })
  version!: number;

  @Column('uuid', { name: 'keyring_id' })
  keyringId!: string;

  @Column('bigint', { transformer: bigintAsNumber })
  reserved!: number;

  @Column('bytea')
  tag!: Buffer;
}
