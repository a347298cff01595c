import { expect } from '@jest/globals';
import type { Tokens } from '../support/server.js';

// eslint-disable-next-line typescript/no-explicit-any -- the API's description says what it is
export type Done = (person: keyof Tokens, method: string, path: string, body?: unknown) => Promise<any>;

const RING = '/api/v1/keyrings/default';

/** Every route of policies. @param done a call that must succeed, in the shape that the API's description gives */
export async function policyShapes(done: Done): Promise<void> {
  const { id } = await done('keyAdmin', 'POST', `${RING}/keys`, { tags: { class: 'pci' } });
  const key = `${RING}/keys/${id}`;
  const policy = { rotate: { every: '90d', afterMessages: 1_000_000 }, retire: { after: '400d' } };
  const pci = { tags: { class: 'pci' }, policy: { rotate: { every: '30d' } } };
  await done('keyAdmin', 'PUT', `${RING}/policy`, policy);
  await done('keyAdmin', 'PUT', `${RING}/policies/pci`, pci);
  const set = await done('keyAdmin', 'PUT', `${key}/policy`, { ...policy, destroy: { after: '30d' } });
  expect(set.candidates.map(({ source }: { source: string }) => source)).toEqual(['key', 'selector/pci', 'keyring']);
  expect(await done('auditor', 'GET', `${key}/policy`)).toEqual(set);
  const shown = await done('app', 'GET', key);
  expect(shown.policy).toEqual(set.inForce);
  const [primary] = (await done('app', 'GET', `${key}/versions`)).items;
  expect(Date.parse(shown.nextRotationAt) - Date.parse(primary.createdAt)).toBe(90 * 86_400_000);
  expect((await done('auditor', 'GET', `${RING}/policy`)).selectors).toHaveLength(1);
  const foreseen = await done('auditor', 'POST', `${RING}/policies/simulate`, {
    policy,
    tags: { class: 'pci' },
    days: 100,
  });
  expect(foreseen).toMatchObject({ keys: 0, closer: 1, rotated: 0 });
  const ofKey = await done('auditor', 'POST', `${RING}/policies/simulate`, { policy, key: id, days: 100 });
  expect(ofKey).toMatchObject({ keys: 1, closer: 0, rotated: 1, destroyed: 0 });
  await done('keyAdmin', 'DELETE', `${key}/policy`);
  await done('keyAdmin', 'DELETE', `${RING}/policies/pci`);
  expect((await done('keyAdmin', 'DELETE', `${RING}/policy`)).policy).toBeNull();
  expect(await done('auditor', 'GET', `${key}/versions/1/usage`)).toMatchObject({ encryptions: 0, lastUsedAt: null });
  const revoked = await done('keyAdmin', 'POST', `${key}/revoke`, { reason: 'superseded', replace: true });
  expect(revoked).toMatchObject({ state: 'enabled', primaryVersion: 2 });
}
