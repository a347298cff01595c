import 'reflect-metadata';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { ENTITIES } from './entities/entities.js';
import { MIGRATIONS } from '../../migrations/migrations.js';
import type { Client } from 'pg';

/** Milliseconds. Nobody waits longer for an answer. */
const BOUNDS = { statement_timeout: 10_000, idle_in_transaction_session_timeout: 15_000 };

/** How TypeORM is used: for rows, transactions and migrations; the hot paths speak to pg themselves. */
export function dataSourceOptions(url: string, poolSize = 8, connection?: typeof Client): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities: ENTITIES,
    migrations: MIGRATIONS,
    migrationsTableName: 'migration',
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    poolSize,
    connectTimeoutMS: 5000,
    extra: {
      ...BOUNDS,
      application_name: 'keystead',
      ...(connection && { Client: connection }),
    },
  };
}

/** @param connection what the pool makes its connections of */
export function openDataSource(url: string, poolSize?: number, connection?: typeof Client): Promise<DataSource> {
  return new DataSource(dataSourceOptions(url, poolSize, connection)).initialize();
}

/** For what takes as long as the tables are large, and for whoever waits until it is done. */
export function openPatientDataSource(url: string, poolSize: number): Promise<DataSource> {
  const options = dataSourceOptions(url, poolSize);
  for (const name of Object.keys(BOUNDS)) delete options.extra[name];
  return new DataSource({ ...options, connectTimeoutMS: 30_000 } as DataSourceOptions).initialize();
}
