import { expect } from '@jest/globals';
import type { Tokens } from '../support/server.js';

// eslint-disable-next-line typescript/no-explicit-any -- the API's description says what it is
type Done = (person: keyof Tokens, method: string, path: string, body?: unknown) => Promise<any>;

/** Every route of credentials but tokens, and of roles. @param done a call that must succeed, in the shape that the API's description gives */
export async function credentialShapes(done: Done): Promise<void> {
  const { id } = await done('admin', 'POST', '/api/v1/callers', { name: 'mapped', type: 'service' });
  const credentials = `/api/v1/callers/${id}/credentials`;
  const input = { kind: 'certificate', match: { dns: 'mapped.example' }, expiresIn: '30d' };
  const made = await done('admin', 'POST', credentials, input);
  await done('admin', 'GET', `${credentials}?limit=1`);
  await done('admin', 'DELETE', `${credentials}/${made.id}`);
  const accessKeys = `/api/v1/callers/${id}/access-keys`;
  const key = await done('admin', 'POST', accessKeys, { accountId: '000000000001', root: true });
  expect(key).toMatchObject({ id: key.accessKeyId, secretAccessKey: expect.stringMatching(/^.{40}$/) });
  await done('admin', 'GET', `${accessKeys}?limit=1`);
  await done('admin', 'DELETE', `${accessKeys}/${key.id}`);
  await done('admin', 'POST', '/api/v1/roles', { name: 'shape-reader', permissions: ['key.describe'] });
  await done('admin', 'GET', '/api/v1/roles');
  await done('admin', 'DELETE', '/api/v1/roles/shape-reader');
}
