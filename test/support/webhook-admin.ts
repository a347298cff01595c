import { ROLES } from '../../src/access/permissions.js';
import type { Arrival } from '../../src/operations/arrival.js';
import { createRole } from '../../src/operations/access/create-role.js';
import { call } from './server.js';
import type { TestBed } from './test-bed.js';

const NAME = 'webhook-admin';

/** An administrator who may read the audit log too, and so make webhooks. */
export async function arriveAsWebhookAdmin(bed: TestBed, idempotencyKey?: string): Promise<Arrival> {
  if (!(await bed.deps.ledger.install()).access.roles.has(NAME)) {
    const permissions = [...ROLES.administrator, 'audit.read'];
    await bed.kms.change(createRole, { name: NAME, permissions }, await bed.arriveAs('administrator'));
  }
  return bed.arriveAs(NAME, { everything: true }, idempotencyKey);
}

/** The same, of a server. @returns a token */
export async function webhookAdminToken(server: { readonly url: string }, admin: string): Promise<string> {
  const made = async (path: string, body: object) => (await call(server, admin, 'POST', `/api/v1/${path}`, body)).body;
  await made('callers', { name: NAME, type: 'service' });
  for (const role of ['administrator', 'auditor']) {
    await made('bindings', { caller: NAME, role, scope: { everything: true } });
  }
  return (await made(`callers/${NAME}/tokens`, {})).token;
}
