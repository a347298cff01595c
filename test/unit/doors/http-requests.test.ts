import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startPlanted, type Planted } from './planted-app.js';
import { expectProblem, JSON_BODY, receive, send as sendTo } from './sending.js';

let planted: Planted;

beforeAll(async () => {
  planted = await startPlanted();
});
afterEach(() => {
  planted.kms.refusals.length = 0;
  planted.log.length = 0;
});
afterAll(async () => planted.app.close());

const send = (method: string, path: string, body?: string | Buffer, headers?: Record<string, string>) =>
  sendTo(planted.url + path, method, body, headers);
const post = (path: string, body: unknown, headers?: Record<string, string>) =>
  send('POST', path, JSON.stringify(body), headers);
const ECHO = '/planted/ring/k/echo';

describe('a request that is in order', () => {
  it('carries path and body to the operation, and bytes and nulls back', async () => {
    const { status, body } = await post(ECHO, { data: 'aGVsbG8=', context: { tenant: 'acme' } });
    expect(status).toBe(200);
    expect(body).toEqual({ keyring: 'ring', key: 'k', data: 'aGVsbG8=', context: { tenant: 'acme' } });
  });

  it('takes a batch of the same', async () => {
    const { body } = await post(ECHO, { items: [{ data: '' }, { data: 'AA==' }] });
    expect(body).toEqual({
      items: [
        { keyring: 'ring', key: 'k', data: '' },
        { keyring: 'ring', key: 'k', data: 'AA==' },
      ],
    });
  });

  it('answers 201 for what was made, with the caller and the idempotency key it came with', async () => {
    const { status, body } = await post('/planted/made', { name: 'n' }, { 'idempotency-key': 'once' });
    expect(status).toBe(201);
    expect(body).toEqual({ name: 'n', id: '1', by: 'good', nil: null, idempotencyKey: 'once' });
  });

  it('answers 204 without a body', async () => {
    const { status, body } = await send('DELETE', '/planted/gone');
    expect([status, body]).toEqual([204, {}]);
  });

  it('reads times of a query', async () => {
    const { body } = await send('GET', '/planted/since?at=2030-01-31T12:00:00%2B01:00');
    expect(body).toEqual({ isDate: true, at: '2030-01-31T11:00:00.000Z' });
  });

  it('has the security headers, and does not tell what serves it', async () => {
    const { headers } = await send('GET', '/planted/open');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('server')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('may go without a body where every field may be left out', async () => {
    const { status } = await send('POST', '/planted/made');
    expect(status).toBe(400);
  });
});

describe('who may come in', () => {
  it('is everybody on a public route', async () => {
    const response = await fetch(`${planted.url}/planted/open`);
    expect(await response.json()).toEqual({ open: true });
  });

  it.each([
    ['no header', {}],
    ['another scheme', { authorization: 'Basic Z29vZA==' }],
    ['an unknown token', { authorization: 'Bearer bad' }],
  ])('is nobody with %s', async (_, headers) => {
    const response = await fetch(planted.url + ECHO, {
      method: 'POST',
      headers: { ...JSON_BODY, ...headers },
      body: 'not json',
    });
    expectProblem(await receive(response), 401, 'unauthenticated');
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(planted.kms.refusals).toEqual([]);
  });

  it('is not a caller without the permission, which is written down', async () => {
    const answer = await post(ECHO, { data: '' }, { authorization: 'Bearer weak' });
    expectProblem(answer, 403, 'permission-denied');
    expect(planted.kms.refusals).toEqual([
      {
        who: 'weak',
        operation: 'encrypt',
        code: 'permission-denied',
        asked: { keyring: 'ring', key: 'k' },
        detail: undefined,
      },
    ]);
  });

  it('is authenticated once, with source, door and request id', async () => {
    const before = planted.kms.arrivals.length;
    const { headers } = await post(ECHO, { data: '' });
    const isGone = expect.any(Function);
    expect(planted.kms.arrivals.slice(before)).toEqual([
      {
        door: 'rest',
        source: '127.0.0.1',
        requestId: headers.get('x-request-id'),
        presented: { kind: 'token', token: 'good' },
        isGone,
      },
    ]);
  });
});

describe('a request that cannot be read', () => {
  it.each([
    ['not JSON', '{"data": }', 'not JSON'],
    ['cut short', '{"data": "aGVs', 'not JSON'],
    ['an array', '[]', 'the body: must be an object'],
    ['null', 'null', 'the body: must be an object'],
    ['a missing field', '{}', 'data: is missing'],
    ['an unknown field', '{"data":"","dta":1}', 'dta: there is no such field'],
    ['a field of the path', '{"data":"","keyring":"other"}', 'keyring: there is no such field'],
    ['a wrong type', '{"data":7}', 'data: must be a string'],
    ['odd base64', '{"data":"aGVsbG8"}', 'data: must be base64'],
    ['base64url', '{"data":"-_-_"}', 'data: must be base64'],
    ['base64 with stray bits', '{"data":"aGVsbG9="}', 'data: must be base64'],
    ['a context that is no map of strings', '{"data":"","context":{"a":1}}', 'context.a: must be a string'],
    ['a name twice', '{"data":"","data":"AA=="}', 'twice'],
    ['a name twice, once escaped', '{"data":"","d\\u0061ta":"AA=="}', 'twice'],
    ['a context name twice', '{"data":"","context":{"a":"1","a":"2"}}', 'twice'],
    ['__proto__', '{"data":"","__proto__":{"x":1}}', '__proto__'],
    ['__proto__ in a context', '{"data":"","context":{"__proto__":"x"}}', '__proto__'],
    ['a wrong item', '{"items":[{"data":""},{"data":1}]}', 'items[1].data: must be a string'],
    ['items that are none', '{"items":{}}', 'items: must be an array'],
    ['no items', '{"items":[]}', 'items: must have at least 1'],
    ['items beside a field', '{"items":[{"data":""}],"data":""}', 'data: there is no such field'],
    ['too deep', `${'['.repeat(40)}${']'.repeat(40)}`, 'deeper'],
  ])('is refused with its reason, and written down: %s', async (_, text, reason) => {
    const answer = await send('POST', ECHO, text);
    expectProblem(answer, 400, 'invalid-request');
    expect(answer.body['detail']).toContain(reason);
    expect(planted.kms.refusals).toEqual([
      {
        who: 'good',
        operation: 'read-request',
        code: 'invalid-request',
        asked: { keyring: 'ring', key: 'k' },
        detail: { route: 'POST /planted/:keyring/:key/echo', reason: answer.body['detail'] },
      },
    ]);
  });

  it('is refused when it is not UTF-8', async () => {
    const text = Buffer.concat([Buffer.from('{"data":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expectProblem(await send('POST', ECHO, text), 400, 'invalid-request');
  });

  it('never repeats a value', async () => {
    const { body } = await post(ECHO, { data: 'hunter2-hunter2', context: { a: 5 } });
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });

  it.each([
    ['/planted/since?at=yesterday', 'query.at'],
    ['/planted/since?when=2030-01-01T00:00:00Z', 'query.when'],
    ['/planted/since?at=2030-01-01T00:00:00Z&at=2031-01-01T00:00:00Z', 'query.at'],
  ])('is refused for its query: %s', async (path, reason) => {
    const answer = await send('GET', path);
    expectProblem(answer, 400, 'invalid-request');
    expect(answer.body['detail']).toContain(reason);
  });

  it('is refused for an idempotency key that is too long, after it is known whose it is', async () => {
    expectProblem(
      await post('/planted/made', { name: 'n' }, { 'idempotency-key': 'x'.repeat(256) }),
      400,
      'invalid-request',
    );
    expect(planted.kms.refusals).toMatchObject([{ who: 'good', operation: 'read-request' }]);
  });

  it.each(['%00', 'a%0ab', 'x'.repeat(257)])('is refused for a path part that nothing is named: %#', async (part) => {
    expectProblem(await post(`/planted/${part}/k/echo`, { data: '' }), 400, 'invalid-request');
  });

  it('is refused for an ill-formed path, before any route', async () => {
    expectProblem(await send('GET', '/planted/%zz'), 400, 'invalid-request');
  });

  it.each([['text/plain'], ['application/x-www-form-urlencoded'], ['application/json; charset=latin1'], ['nonsense']])(
    'is refused as %s',
    async (type) => {
      expectProblem(await send('POST', ECHO, '{"data":""}', { 'content-type': type }), 415, 'unsupported-media-type');
    },
  );

  it('is refused compressed', async () => {
    expectProblem(
      await send('POST', ECHO, '{"data":""}', { 'content-encoding': 'gzip' }),
      415,
      'unsupported-media-type',
    );
  });
});
