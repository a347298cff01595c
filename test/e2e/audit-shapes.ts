import type { Done } from './policy-shapes.js';

const AUDIT = '/api/v1/audit';

/** The newest record of an operation. */
export async function lastRecord(done: Done, operation: string) {
  return (await done('auditor', 'GET', `${AUDIT}/records?operation=${operation}&limit=1`)).items[0];
}

/** What an auditor reads in JSON. @param done a call that must succeed, in the shape that the API's description gives */
export async function auditShapes(done: Done): Promise<void> {
  await done('auditor', 'GET', `${AUDIT}/records?since=2020-01-01T00:00:00Z&outcome=success&limit=1000`);
  await done('auditor', 'GET', `${AUDIT}/summary?interval=day&door=rest`);
  await done('auditor', 'GET', `${AUDIT}/state?limit=9`);
  await done('auditor', 'GET', `${AUDIT}/log/minimum`);
  await done('auditor', 'POST', `${AUDIT}/hash`, { name: 'tenant', value: 'acme' });
  await done('admin', 'PATCH', '/api/v1/settings', { auditClearContext: [] });
  await done('admin', 'PATCH', '/api/v1/settings', { auditRetention: { days: 400 } });
  const { id: hold } = await done('admin', 'POST', `${AUDIT}/holds`, { everything: true, reason: 'case 1' });
  await done('auditor', 'GET', '/api/v1/settings');
  await done('admin', 'DELETE', `${AUDIT}/holds/${hold}`);
  await done('admin', 'PATCH', '/api/v1/settings', { auditRetention: null });
  const keys = '/api/v1/keyrings/default/keys';
  const { id } = await done('keyAdmin', 'POST', keys, {});
  await done('auditor', 'GET', `${keys}/${id}/evidence?since=2020-01-01T00:00:00Z`);
}
