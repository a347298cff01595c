import type { Client, Pool, QueryResultRow } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';

/**
 * Runs a statement that each connection plans once, by its name.
 * @param database a transaction's manager: in that transaction; else by itself, on any connection
 */
export async function prepared<Row extends QueryResultRow>(
  database: DataSource | EntityManager,
  name: string,
  text: string,
  values: unknown[],
): Promise<Row[]> {
  const client = await clientOf('manager' in database ? database.manager : database);
  return (await client.query<Row>({ name, text, values })).rows;
}

async function clientOf({ queryRunner, dataSource }: EntityManager): Promise<Client | Pool> {
  if (queryRunner) return (await queryRunner.connect()) as Client;
  return (dataSource.driver as unknown as { readonly master: Pool }).master;
}
