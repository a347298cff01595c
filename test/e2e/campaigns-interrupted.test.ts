import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { KeysteadClient } from '../../src/client/client.js';
import { makeInventory } from '../support/inventory.js';
import { Server } from '../support/server.js';

let server: Server;

beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server.remove());

it('a rewrap that loses its server keeps what was answered, and goes on with the rest when it is back', async () => {
  const tokens = await server.tokens();
  const as = (token: string) => new KeysteadClient({ url: server.url, token, retries: 0 });
  const app = as(tokens.app);
  const { campaign, rows } = await makeInventory(as(tokens.keyAdmin), app, 20);
  const stored = new Map(rows.map((row) => [row.id, row]));
  const unreported: unknown[] = [];
  const work = async () => {
    const outcomes: string[] = [];
    const options = { campaign, batch: 5, onReportError: (error: unknown) => unreported.push(error) };
    for await (const result of app.rewrapAll([...stored.values()], options)) {
      outcomes.push(result.outcome);
      if (result.outcome === 'rewrapped') {
        stored.set(result.item.id, { ...result.item, ciphertext: result.ciphertext });
        if (result.item.id === '7') await server.stop();
      }
    }
    return outcomes;
  };

  await expect(work()).rejects.toMatchObject({ code: 'connection-failed' });
  expect(unreported).toMatchObject([{ code: 'connection-failed' }]);
  server = await Server.start({ dataDir: server.dataDir, port: server.port });
  const outcomes = await work();
  expect(outcomes.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'skipped'));
  expect(outcomes.slice(10)).toEqual(Array.from({ length: 10 }, () => 'rewrapped'));
  for (const { id, ciphertext, context } of stored.values()) {
    expect((await app.decrypt({ ciphertext, context })).plaintext.toString()).toBe(`card ${id}`);
  }
  expect(await app.campaigns.get(campaign)).toMatchObject({ rewrapped: 10, skipped: 10, failed: 0 });
});
