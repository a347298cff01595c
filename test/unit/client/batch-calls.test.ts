import { afterEach, describe, expect, it } from '@jest/globals';
import { KeysteadError } from '../../../src/client/client.js';
import { failureOf } from './failure.js';
import { answer, TestServer } from './key-service.js';

let server: TestServer | undefined;
afterEach(() => server?.stop());

interface Batch {
  readonly items: readonly { readonly plaintext: string }[];
}

describe('a batch', () => {
  it('gives a result per item: the answer, or why there is none', async () => {
    server = await TestServer.start((_, response) =>
      answer(response, 200, {
        items: [
          { ciphertext: 'AQI=', keyId: 'k', version: 1 },
          { error: { code: 'payload-too-large', detail: 'Too long.' } },
        ],
      }),
    );
    const [first, second] = await server
      .client()
      .batch.encrypt('k', [{ plaintext: Buffer.of(1) }, { plaintext: Buffer.of(2) }]);
    expect(first).toEqual({ ok: true, value: { ciphertext: Buffer.of(1, 2), keyId: 'k', version: 1 } });
    expect(second).toEqual({ ok: false, error: new KeysteadError('payload-too-large', 'Too long.') });
  });

  it('of more than 10,000 items or 16 MiB travels as several requests, in order', async () => {
    const sizes: number[] = [];
    server = await TestServer.start((_, response, body) => {
      const { items }: Batch = JSON.parse(body);
      expect(body.length).toBeLessThanOrEqual(16 * 1024 * 1024);
      sizes.push(items.length);
      answer(response, 200, {
        items: items.map(({ plaintext }) => ({ ciphertext: plaintext, keyId: 'k', version: 1 })),
      });
    });
    const many = Array.from({ length: 10_001 }, (_, i) => ({ plaintext: Buffer.from(String(i)) }));
    const results = await server.client().batch.encrypt('k', many);
    expect(sizes).toEqual([10_000, 1]);
    expect(results.map((result) => (result.ok ? result.value.ciphertext.toString() : ''))).toEqual(
      many.map((_, i) => String(i)),
    );
    sizes.length = 0;
    const large = Array.from({ length: 300 }, () => ({ plaintext: Buffer.alloc(65_536) }));
    expect(await server.client().batch.encrypt('k', large)).toHaveLength(300);
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.reduce((a, b) => a + b)).toBe(300);
  });

  it('of nothing asks nothing', async () => {
    server = await TestServer.start(() => {
      throw new Error('nothing was to be sent');
    });
    expect(await server.client().batch.decrypt([])).toEqual([]);
  });

  it('that is not answered item by item is refused', async () => {
    server = await TestServer.start((_, response) => answer(response, 200, { items: [] }));
    expect((await failureOf(server.client().batch.random([{ bytes: 1 }]))).code).toBe('unexpected-answer');
  });
});
