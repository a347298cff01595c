import { expect, it } from '@jest/globals';
import { Client } from 'pg';
import { PostgresMaintenanceStore } from '../../src/storage/postgres-maintenance-store.js';
import { PostgresInstall } from '../support/postgres-install.js';

it('idempotency keys are dropped 24 hours after they were used, and not before', async () => {
  const install = await PostgresInstall.make();
  const sql = new Client({ connectionString: install.database.url });
  await sql.connect();
  try {
    const now = new Date();
    const ages = { old: 24 * 3_600_000 + 1, young: 24 * 3_600_000 - 1000 };
    for (const [name, age] of Object.entries(ages)) {
      await sql.query(`insert into idempotency_key values ('caller', $1, '\\x01', '\\x02', 'made', $2)`, [
        name,
        new Date(now.getTime() - age),
      ]);
    }
    await new PostgresMaintenanceStore(install.first.database.changes).purge(now);
    const { rows } = await sql.query('select operation from idempotency_key');
    expect(rows).toEqual([{ operation: 'young' }]);
  } finally {
    await sql.end();
    await install.close();
  }
});
