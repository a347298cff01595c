import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from '@jest/globals';
import type { Done } from './policy-shapes.js';

/** Every route of webhooks, with a receiver that takes what comes. */
export async function webhookShapes(done: Done): Promise<void> {
  const receiver = createServer((request, response) => void request.resume().on('end', () => response.end()));
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const { port } = receiver.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  const { id, secret } = await done('admin', 'POST', '/api/v1/webhooks', { url, keyring: 'default' });
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const path = `/api/v1/webhooks/${id}`;
  expect(Object.keys(await done('auditor', 'GET', path))).not.toContain('secret');
  expect((await done('auditor', 'GET', '/api/v1/webhooks?limit=1')).items).toHaveLength(1);
  const { id: delivery } = await done('admin', 'POST', `${path}/test`);
  for (let delivered = []; delivered.length === 0;) {
    delivered = (await done('auditor', 'GET', `${path}/deliveries?state=delivered&limit=1`)).items;
  }
  expect(await done('admin', 'POST', `${path}/deliveries/${delivery}/redeliver`)).toEqual({ id: delivery });
  await done('admin', 'DELETE', path);
  receiver.close();
}
