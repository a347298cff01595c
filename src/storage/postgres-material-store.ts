import type { DataSource } from 'typeorm';
import { Not } from 'typeorm';
import { MaterialStore, type StoredMaterial } from '../keys/material-store.js';
import { ImportTokenEntity } from './entities/import-token.entity.js';
import { KeyEntity } from './entities/key.entity.js';
import { KeyVersionEntity } from './entities/key-version.entity.js';

type Found = StoredMaterial['key'] & StoredMaterial['row'];

export class PostgresMaterialStore extends MaterialStore {
  constructor(private readonly changes: DataSource) {
    super();
  }

  override async nextBatch(keyringId: string, notWrappingVersion: number, limit: number): Promise<StoredMaterial[]> {
    const found = await this.changes
      .createQueryBuilder(KeyVersionEntity, 'v')
      .innerJoin(KeyEntity, 'k', 'k.id = v.keyId')
      .select(['k.keyringId as "keyringId"', 'k.id as id', 'k.spec as spec', 'k.usage as usage'])
      .addSelect(['k.exportable as exportable', 'k.origin as origin', 'v.version as version'])
      .addSelect(['v.publicKey as "publicKey"', 'v.wrappingVersion as "wrappingVersion"', 'v.material as material'])
      .where('v.keyringId = :keyringId and v.material is not null', { keyringId })
      .andWhere('v.wrappingVersion <> :notWrappingVersion', { notWrappingVersion })
      .limit(limit)
      .getRawMany<Found>();
    return found.map(({ keyringId: ring, id, spec, usage, exportable, origin, ...row }) => ({
      key: { keyringId: ring, id, spec, usage, exportable, origin },
      row,
    }));
  }

  override async replace(
    keyId: string,
    version: number,
    fromWrappingVersion: number,
    material: Buffer,
    toWrappingVersion: number,
  ): Promise<boolean> {
    const { affected } = await this.changes.manager.update(
      KeyVersionEntity,
      { keyId, version, wrappingVersion: fromWrappingVersion },
      { material, wrappingVersion: toWrappingVersion },
    );
    return affected === 1;
  }

  /** By the keyring of the key: that of the version is not sealed, and what is not counted is lost with its wrapping key. */
  override async countByWrapping(keyringId: string): Promise<ReadonlyMap<number, number>> {
    const rows = await this.changes
      .createQueryBuilder(KeyVersionEntity, 'v')
      .innerJoin(KeyEntity, 'k', 'k.id = v.keyId')
      .select(['v.wrappingVersion as version', 'count(*) as count'])
      .where('k.keyringId = :keyringId and v.material is not null', { keyringId })
      .groupBy('v.wrappingVersion')
      .getRawMany<{ version: number; count: string }>();
    return new Map(rows.map(({ version, count }) => [version, Number(count)]));
  }

  override async dropImportTokens(keyringId: string, notWrappingVersion: number): Promise<void> {
    await this.changes.manager.delete(ImportTokenEntity, { keyringId, wrappingVersion: Not(notWrappingVersion) });
  }
}
