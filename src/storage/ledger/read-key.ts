import type { EntityTarget, ObjectLiteral, DataSource } from 'typeorm';
import { KeyEntity } from '../entities/key.entity.js';
import { KeyVersionEntity } from '../entities/key-version.entity.js';
import type { Sql } from './read-scope.js';

export interface FoundKey {
  readonly key: KeyEntity;
  readonly versions: readonly KeyVersionEntity[];
}

/** Reads entities by SQL of our own: one statement, one snapshot, no query builder on the way. */
export class KeyReader {
  readonly #key: ColumnMap;
  readonly #version: ColumnMap;
  readonly #select: string;

  constructor(dataSource: DataSource) {
    this.#key = columnsOf(dataSource, KeyEntity, 'k');
    this.#version = columnsOf(dataSource, KeyVersionEntity, 'v');
    this.#select = `select ${[...this.#key.select, ...this.#version.select].join(', ')}`;
  }

  async byIds(sql: Sql, keyringId: string, ids: readonly string[]): Promise<FoundKey[]> {
    return this.#read(sql, `k.keyring_id = $1 and k.id = any($2::uuid[])`, [keyringId, ids]);
  }

  async byLineage(sql: Sql, keyringId: string, lineageId: string): Promise<FoundKey | undefined> {
    const found = await this.#read(sql, 'k.keyring_id = $1 and k.lineage_id = $2', [keyringId, lineageId]);
    // A replica may have come after one that was destroyed.
    return found.find(({ key }) => key.state !== 'destroyed') ?? found[0];
  }

  async byName(sql: Sql, keyringId: string, name: string): Promise<FoundKey | undefined> {
    return (
      await this.#read(sql, `k.keyring_id = $1 and k.name = $2 and k.state <> 'destroyed'`, [keyringId, name])
    )[0];
  }

  async #read(sql: Sql, where: string, values: unknown[]): Promise<FoundKey[]> {
    const rows = await sql.query<Record<string, unknown>>(
      `${this.#select} from key k left join key_version v on v.key_id = k.id where ${where} order by k.id desc, v.version`,
      values,
    );
    const found = new Map<string, { key: KeyEntity; versions: KeyVersionEntity[] }>();
    for (const row of rows) {
      const key = this.#key.read(row) as unknown as KeyEntity;
      const entry = found.get(key.id) ?? { key, versions: [] };
      found.set(key.id, entry);
      if (row['v_version'] !== null) entry.versions.push(this.#version.read(row) as unknown as KeyVersionEntity);
    }
    return [...found.values()];
  }
}

interface ColumnMap {
  readonly select: readonly string[];
  read(row: Record<string, unknown>): Record<string, unknown>;
}

function columnsOf(dataSource: DataSource, entity: EntityTarget<ObjectLiteral>, prefix: string): ColumnMap {
  const columns = dataSource.getMetadata(entity).columns.map(({ propertyName, databaseName, type }) => ({
    propertyName,
    databaseName,
    as: `${prefix}_${databaseName}`,
    isBigint: type === 'bigint',
  }));
  return {
    select: columns.map(({ databaseName, as }) => `${prefix}.${databaseName} as ${as}`),
    read: (row) =>
      Object.fromEntries(
        columns.map(({ propertyName, as, isBigint }) => [propertyName, isBigint ? Number(row[as]) : row[as]]),
      ),
  };
}
