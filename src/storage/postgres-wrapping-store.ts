import type { DataSource } from 'typeorm';
import { WrappingStore, type WrappedName, type WrappedObject } from '../keys/wrapped-object.js';
import { databaseFailure } from './database-failure.js';
import { WrappedKeyEntity } from './entities/wrapped-key.entity.js';

export class PostgresWrappingStore extends WrappingStore {
  constructor(private readonly reads: Pick<DataSource, 'manager'>) {
    super();
  }

  override async find({ kind, scopeId, version }: WrappedName): Promise<WrappedObject[]> {
    try {
      return await this.reads.manager.findBy(WrappedKeyEntity, { kind, scopeId, version });
    } catch (error) {
      throw databaseFailure(error);
    }
  }
}
