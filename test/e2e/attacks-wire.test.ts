import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call, Server, type ApiAnswer, type Tokens } from '../support/server.js';

const KEYS = '/api/v1/keyrings/default/keys';

let server: Server;
let tokens: Tokens;

beforeAll(async () => {
  server = await Server.start();
  tokens = await server.tokens();
  await call(server, tokens.keyAdmin, 'POST', KEYS, { name: 'second' });
});
afterAll(async () => server.remove());

const bearer = (): string => `Host: x\r\nAuthorization: Bearer ${tokens.app}\r\n`;

const post = (headers: string, body: string): string =>
  `POST /api/v1/random HTTP/1.1\r\n${bearer()}Content-Type: application/json\r\n${headers}\r\n${body}`;

const seen = ({ status, body }: ApiAnswer): string => `${status} ${String(body.code)}`;

/** What answers to bytes on a connection of their own, until the server closes it: every status line, in order. */
function answersTo(bytes: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve([...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => String(status))));
    socket.write(bytes);
  });
}

describe('a request', () => {
  it('that two readers could read differently is refused, and nothing behind it is answered', async () => {
    const smuggled = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';
    const shapes = [
      post('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${smuggled}`),
      post('Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${smuggled}`),
      post('Transfer-Encoding: xchunked\r\n', `{"bytes":1}${smuggled}`),
      post('Content-Length: 11\r\nContent-Length: 5\r\n', `{"bytes":1}${smuggled}`),
      post('Content-Length: +11\r\n', `{"bytes":1}${smuggled}`),
      `GET /api/v1/whoami HTTP/1.1\r\nHost: x\r\nAuthorization : Bearer ${tokens.app}\r\n\r\n${smuggled}`,
      `GET /api/v1/whoami HTTP/1.1\r\nHost: x\r\nAuthorization:\r\n Bearer ${tokens.app}\r\n\r\n${smuggled}`,
      `GET /health/\0live HTTP/1.1\r\nHost: x\r\n\r\n${smuggled}`,
      `GET /health/live HTTP/1.1\nHost: x\n\n`,
    ];
    for (const shape of shapes) expect([shape, await answersTo(shape)]).toEqual([shape, ['400']]);
  });

  it('that is refused before its body is read takes the body with it', async () => {
    const inner = `GET /api/v1/whoami HTTP/1.1\r\n${bearer()}\r\n`;
    const last = 'GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const body = `Content-Length: ${inner.length}\r\n\r\n${inner}`;
    expect(await answersTo(`POST /api/v1/random HTTP/1.1\r\nHost: x\r\n${body}${last}`)).toEqual(['401', '200']);
    expect(await answersTo(`GET /health/live HTTP/1.1\r\nHost: x\r\n${body}${last}`)).toEqual(['200', '200']);
  });

  it('with two tokens is from nobody, in either order', async () => {
    const other = `Authorization: Bearer ${tokens.admin}\r\n`;
    expect(await answersTo(`GET /api/v1/whoami HTTP/1.1\r\n${bearer()}Connection: close\r\n\r\n`)).toEqual(['200']);
    for (const headers of [`${bearer()}${other}`, `${other}${bearer()}`]) {
      expect(await answersTo(`GET /api/v1/whoami HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`)).toEqual(['401']);
    }
  });

  it.each([
    '/api/v1/../v1/whoami',
    '//api/v1/whoami',
    '/API/v1/whoami',
    '/api/v1/whoami/',
    '/api/v1%2fwhoami',
    '/api/v1/whoami%00',
    '/health/live/../../api/v1/whoami',
    '/health/%2e%2e/api/v1/whoami',
    '/.well-known/../api/v1/whoami',
  ])('finds no second way to a route: %s', async (path) => {
    expect(await answersTo(`GET ${path} HTTP/1.1\r\n${bearer()}Connection: close\r\n\r\n`)).toEqual(['404']);
  });

  it('that a proxy sent on is not from this machine, so that development tokens are refused', async () => {
    for (const name of ['x-forwarded-for', 'Forwarded', 'Via']) {
      const headers = { [name]: '192.0.2.1' };
      const answer = await call(server, tokens.app, 'GET', '/api/v1/whoami', undefined, headers);
      expect([name, seen(answer)]).toEqual([name, '401 unauthenticated']);
    }
  });

  it('does what its method says, whatever else it says', async () => {
    const overridden = await call(server, tokens.keyAdmin, 'GET', `${KEYS}/second`, undefined, {
      'x-http-method-override': 'PATCH',
    });
    expect(overridden.status).toBe(200);
    expect(seen(await call(server, tokens.keyAdmin, 'GET', `${KEYS}/second/rotate`))).toBe('405 method-not-allowed');
  });

  it.each([
    ['a name twice', '{"bytes":1,"bytes":2}'],
    ['a name twice, once in escapes', '{"bytes":1,"\\u0062ytes":2}'],
    ['__proto__', '{"bytes":1,"__proto__":{"bytes":9}}'],
    ['a constructor', '{"bytes":1,"constructor":{"prototype":{}}}'],
    ['deep nesting', '['.repeat(100_000)],
    ['a byte order mark', '\uFEFF{"bytes":1}'],
    ['a number beyond numbers', '{"bytes":1e400}'],
    ['a fraction', '{"bytes":1.5}'],
    ['a text for a number', '{"bytes":"1"}'],
    ['a list for an object', '[]'],
    ['a batch in a batch', '{"items":[{"items":[{"bytes":1}]}]}'],
    ['a field beside the batch', '{"items":[{"bytes":1}],"bytes":1}'],
    ['something behind it', '{"bytes":1} {}'],
  ])('with %s in its body is refused', async (_what, body) => {
    expect(seen(await call(server, tokens.app, 'POST', '/api/v1/random', body))).toBe('400 invalid-request');
  });

  it.each([
    'application/json; charset=utf-16',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/x+json',
  ])('of type %s is refused', async (type) => {
    const answer = await call(server, tokens.app, 'POST', '/api/v1/random', '{"bytes":1}', { 'content-type': type });
    expect(seen(answer)).toBe('415 unsupported-media-type');
  });
});
