import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../dist/src/storage/data-source.js';

/**
 * For TypeORM's command line alone (`typeorm migration:generate … -d scripts/migrations-data-source.js`); the URL of a
 * migrated database comes in by the environment.
 */
export default new DataSource(dataSourceOptions(process.env['KEYSTEAD_MIGRATIONS_CHECK_URL'], 2));
