import { expect } from '@jest/globals';
import type { Tokens } from '../support/server.js';

// eslint-disable-next-line typescript/no-explicit-any -- the API's description says what it is
type Done = (person: keyof Tokens, method: string, path: string, body?: unknown) => Promise<any>;

const KEYS = '/api/v1/keyrings/default/keys';
const CAMPAIGNS = '/api/v1/campaigns';

/** Every route of campaigns, and of data keys that are exposed. @param done a call that must succeed, as it is documented */
export async function campaignShapes(done: Done): Promise<void> {
  const { id: key } = await done('keyAdmin', 'POST', KEYS, {});
  await done('app', 'POST', `${KEYS}/${key}/data-key`, { context: { order: '1' } });
  for (const _ of [1, 2]) await done('keyAdmin', 'POST', `${KEYS}/${key}/rotate`);
  const exposed = await done('auditor', 'GET', `${KEYS}/${key}/versions/1/exposed-data-keys?limit=1`);
  expect(exposed.items).toMatchObject([{ operation: 'data-key', dataKeys: 1, callerName: 'app', context: ['order'] }]);
  const about = { keyring: 'default', key };
  const one = await done('keyAdmin', 'POST', CAMPAIGNS, { ...about, from: [1], to: 'primary', quiet: '7d' });
  const two = await done('keyAdmin', 'POST', CAMPAIGNS, { ...about, from: [2] });
  expect(two).toMatchObject({ from: [2], to: 3, quiet: '30d' });
  const counts = { rewrapped: 3, skipped: 2, failed: 1 };
  await done('app', 'POST', `${CAMPAIGNS}/${one.id}/report`, counts);
  expect(await done('app', 'GET', `${CAMPAIGNS}/${one.id}`)).toMatchObject({ ...counts, state: 'open' });
  await done('keyAdmin', 'POST', `${CAMPAIGNS}/${one.id}/close`);
  await done('keyAdmin', 'POST', `${CAMPAIGNS}/${two.id}/cancel`);
  const { items } = await done('auditor', 'GET', `${CAMPAIGNS}?keyring=default&key=${key}&state=closed&limit=1`);
  expect(items).toMatchObject([{ id: one.id, state: 'closed', ...counts }]);
}
