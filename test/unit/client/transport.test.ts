import { afterEach, describe, expect, it } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import { KeysteadClient } from '../../../src/client/client.js';
import { failureOf } from './failure.js';
import { answer, problem, TestServer, type Handler } from './key-service.js';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function start(handler: Handler): Promise<TestServer> {
  return (server = await TestServer.start(handler));
}

describe('what travels', () => {
  it('is authenticated JSON with escaped paths', async () => {
    let seen: IncomingMessage | undefined;
    const from = await start((request, response) => {
      seen = request;
      answer(response, 200, { id: 'k', primaryVersion: 1 });
    });
    await from.client({ keyring: 'a b' }).keys.get('x/y?z');
    expect(seen?.url).toBe('/api/v1/keyrings/a%20b/keys/x%2Fy%3Fz');
    expect(seen?.headers.authorization).toBe('Bearer kst_test');
  });

  it('refuses a name that would change the path', async () => {
    const client = new KeysteadClient({ url: 'http://127.0.0.1:9', token: 't' });
    for (const name of ['', '.', '..']) expect((await failureOf(client.keys.get(name))).code).toBe('invalid-request');
  });

  it('is base64 for bytes in both directions', async () => {
    let body = '';
    const { url } = await start((_, response, sent) => {
      body = sent;
      answer(response, 200, { ciphertext: '/+8=', keyId: 'k', version: 3 });
    });
    const encrypted = await new KeysteadClient({ url, token: 't' }).encrypt('k', {
      plaintext: new Uint8Array([1, 255]),
    });
    expect(JSON.parse(body)).toEqual({ plaintext: 'Af8=' });
    expect(encrypted).toEqual({ ciphertext: Buffer.from([0xff, 0xef]), keyId: 'k', version: 3 });
  });

  it('goes over the fetch that is given, and is retried there, too', async () => {
    const from = await start((_, response) => answer(response, 200, { id: 'me' }));
    const asked: unknown[] = [];
    const fetching: typeof fetch = async (input, init) => {
      asked.push(input, init?.redirect);
      if (asked.length === 2) throw new TypeError('fetch failed', { cause: new Error('socket hang up') });
      return fetch(input, init);
    };
    expect(await from.client({ fetch: fetching }).whoami()).toEqual({ id: 'me' });
    const url = `${from.url}/api/v1/whoami`;
    expect(asked).toEqual([url, 'manual', url, 'manual']);
  });

  it('reuses its connection', async () => {
    const sockets = new Set<unknown>();
    const from = await start((request, response) => {
      sockets.add(request.socket);
      answer(response, 200, { items: [] });
    });
    const client = from.client();
    for (let i = 0; i < 5; i++) await client.keys.list();
    expect(sockets.size).toBe(1);
  });

  it('never shows the token when a client is printed', () => {
    const client = new KeysteadClient({ url: 'http://127.0.0.1:9', token: 'kst_very_secret' });
    expect(inspect(client, { depth: 10, showHidden: true })).not.toContain('very_secret');
  });

  it('refuses a token that is none without repeating it', () => {
    expect(() => new KeysteadClient({ url: 'http://127.0.0.1:9', token: 'kst_a\nb' })).toThrow(
      /^invalid-request: The token is not one/,
    );
  });

  it.each(['127.0.0.1:7300', 'ftp://x', 'http://user:pw@host', 'http://host/?x=1', ''])(
    'refuses the address %j',
    (url) => {
      expect(() => new KeysteadClient({ url, token: 't' })).toThrow(/^invalid-request/);
    },
  );

  it('keeps the path of a server behind a proxy', async () => {
    let path: string | undefined;
    const { url } = await start((request, response) => {
      path = request.url;
      answer(response, 200, {});
    });
    await new KeysteadClient({ url: `${url}/kms/`, token: 't' }).whoami();
    expect(path).toBe('/kms/api/v1/whoami');
  });
});

describe('retries', () => {
  it.each([429, 503])('come back after %d and succeed', async (status) => {
    let calls = 0;
    const client = clientOf(
      await start((_, response) =>
        ++calls < 4 ? problem(response, status, 'overloaded') : answer(response, 200, { id: 'me' }),
      ),
    );
    expect(await client.whoami()).toEqual({ id: 'me' });
    expect(calls).toBe(4);
  });

  it('end with the last answer', async () => {
    let calls = 0;
    const client = clientOf(
      await start((_, response) => {
        calls += 1;
        problem(response, 503, 'database-unavailable', { 'retry-after': '0' });
      }),
      2,
    );
    expect(await failureOf(client.whoami())).toMatchObject({
      code: 'database-unavailable',
      status: 503,
      requestId: 'req-1',
    });
    expect(calls).toBe(3);
  });

  it.each([400, 401, 403, 404, 409, 413, 422, 500])('never follow a %d', async (status) => {
    let calls = 0;
    const client = clientOf(
      await start((_, response) => {
        calls += 1;
        problem(response, status, 'invalid-request');
      }),
    );
    expect(await failureOf(client.whoami())).toMatchObject({
      code: 'invalid-request',
      detail: 'It was invalid-request.',
      status,
    });
    expect(calls).toBe(1);
  });

  it('survive broken connections, also in the middle of an answer', async () => {
    let calls = 0;
    const client = clientOf(
      await start((request, response) => {
        calls += 1;
        if (calls === 1) request.socket.destroy();
        else if (calls === 2) {
          response.writeHead(200, { 'content-length': '100' });
          response.write('{"id":', () => request.socket.destroy());
        } else answer(response, 200, { id: 'me' });
      }),
    );
    expect(await client.whoami()).toEqual({ id: 'me' });
    expect(calls).toBe(3);
  });

  it('carry one Idempotency-Key, so that nothing is made twice', async () => {
    const keys: unknown[] = [];
    const made = new Set<unknown>();
    const client = clientOf(
      await start((request, response) => {
        const key = request.headers['idempotency-key'];
        keys.push(key);
        made.add(key);
        if (keys.length === 1) request.socket.destroy();
        else answer(response, 201, { id: 'k1' });
      }),
    );
    expect((await client.keys.create({ name: 'orders' })).id).toBe('k1');
    expect(keys).toHaveLength(2);
    expect(made.size).toBe(1);
    await client.keys.rotate('orders');
    expect(made.size).toBe(2);
    expect([...made].every((key) => typeof key === 'string' && key.length > 0)).toBe(true);
  });

  it('do not wait for a server that wants an hour', async () => {
    let calls = 0;
    const client = clientOf(
      await start((_, response) => {
        calls += 1;
        problem(response, 429, 'too-many-requests', { 'retry-after': '3600' });
      }),
    );
    expect((await failureOf(client.whoami())).code).toBe('too-many-requests');
    expect(calls).toBe(1);
  });

  it('do not follow a timeout: what was asked for may have been done', async () => {
    let calls = 0;
    const silent = await start(() => void (calls += 1));
    expect((await failureOf(silent.client({ timeoutMs: 1000 }).whoami())).code).toBe('timeout');
    expect(calls).toBe(1);
  });

  it('end at once by a signal', async () => {
    const ending = new AbortController();
    const busy = await start((_, response) => {
      problem(response, 503, 'overloaded', { 'retry-after': '30' });
      setImmediate(() => ending.abort());
    });
    expect((await failureOf(busy.client().with({ signal: ending.signal }).whoami())).code).toBe('aborted');
    expect((await failureOf(busy.client({ signal: AbortSignal.abort() }).whoami())).code).toBe('aborted');
  });
});

describe("answers that are not Keystead's", () => {
  it('a refused connection names the address and the reason', async () => {
    // Nobody listens on port 1.
    const url = 'http://127.0.0.1:1';
    const error = await failureOf(new KeysteadClient({ url, token: 't', retries: 1, backoffMs: 1 }).whoami());
    expect(error.code).toBe('connection-failed');
    expect(error.detail).toContain(url);
    expect(error.detail).toContain('ECONNREFUSED');
  });

  it('a redirect is not followed, so that the token stays here', async () => {
    let calls = 0;
    const client = clientOf(
      await start((_, response) => {
        calls += 1;
        response.writeHead(302, { location: '/elsewhere' }).end();
      }),
    );
    expect(await failureOf(client.whoami())).toMatchObject({ code: 'unexpected-answer', status: 302 });
    expect(calls).toBe(1);
  });

  it('a page of a proxy is an error that says so', async () => {
    const client = clientOf(
      await start(
        (_, response) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>'),
      ),
    );
    expect(await failureOf(client.whoami())).toMatchObject({ code: 'unexpected-answer', status: 502 });
  });

  it('a page with status 200, too', async () => {
    const client = clientOf(await start((_, response) => void response.end('<h1>Welcome</h1>')));
    expect((await failureOf(client.whoami())).code).toBe('unexpected-answer');
  });

  it('a token whose only answer was lost is named, so that it can be revoked', async () => {
    const client = clientOf(await start((_, response) => answer(response, 201, { id: 'tok7' })));
    const error = await failureOf(client.tokens.create('app'));
    expect(error.code).toBe('one-time-secret-lost');
    expect(error.detail).toContain('tok7');
  });

  it('not being ready is an answer', async () => {
    const client = clientOf(
      await start((_, response) =>
        answer(response, 503, { status: 'not-ready', checks: [{ name: 'root', ok: false }] }),
      ),
    );
    expect(await client.health()).toEqual({ ready: false, checks: [{ name: 'root', ok: false }] });
  });
});

function clientOf(from: TestServer, retries = 4): KeysteadClient {
  return from.client({ retries });
}
