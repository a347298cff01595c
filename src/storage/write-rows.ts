import type { EntityManager, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';

/** Rows as one JSON array: the statement is the same whatever their number. */
interface Statements {
  readonly insert: string;
  readonly upsert: string;
  readonly update: string;
}

const statements = new WeakMap<EntityMetadata, Statements>();

/** Adds rows in one statement. */
export async function insertRows(manager: EntityManager, entity: Entity, rows: readonly object[]): Promise<void> {
  await write(manager, entity, 'insert', rows);
}

/** Adds rows in one statement, or replaces those of the same primary key. */
export async function upsertRows(manager: EntityManager, entity: Entity, rows: readonly object[]): Promise<void> {
  await write(manager, entity, 'upsert', rows);
}

/** Replaces rows in one statement. @returns how many were there */
export async function updateRows(manager: EntityManager, entity: Entity, rows: readonly object[]): Promise<number> {
  const [, updated] = (await write(manager, entity, 'update', rows)) as [unknown, number];
  return updated;
}

type Entity = EntityTarget<ObjectLiteral>;

async function write(
  manager: EntityManager,
  entity: Entity,
  how: keyof Statements,
  rows: readonly object[],
): Promise<unknown> {
  if (rows.length === 0) return [[], 0];
  const metadata = manager.connection.getMetadata(entity);
  const sql = statements.get(metadata) ?? statementsFor(metadata);
  statements.set(metadata, sql);
  const json = rows.map((row) =>
    Object.fromEntries(
      metadata.columns.map(({ propertyName, databaseName }) => [
        databaseName,
        jsonOf((row as Readonly<Record<string, unknown>>)[propertyName]),
      ]),
    ),
  );
  return manager.query(sql[how], [JSON.stringify(json)]);
}

function statementsFor({ tableName, columns, primaryColumns, connection }: EntityMetadata): Statements {
  const names = columns.map(({ databaseName }) => databaseName);
  const shape = columns.map((column) => `${column.databaseName} ${connection.driver.normalizeType(column)}`);
  const given = `json_to_recordset($1::json) as given(${shape.join(', ')})`;
  const key = primaryColumns.map(({ databaseName }) => databaseName);
  const others = names.filter((name) => !key.includes(name));
  const set = (from: string) => others.map((name) => `${name} = ${from}.${name}`).join(', ');
  const insert = `insert into ${tableName} (${names.join(', ')}) select ${names.join(', ')} from ${given}`;
  return {
    insert,
    upsert: `${insert} on conflict (${key.join(', ')}) do update set ${set('excluded')}`,
    update: `update ${tableName} as kept set ${set('given')} from ${given}
      where ${key.map((name) => `kept.${name} = given.${name}`).join(' and ')}`,
  };
}

function jsonOf(value: unknown): unknown {
  return Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : value;
}
