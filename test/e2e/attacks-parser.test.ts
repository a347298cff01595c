import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call, Server, type Tokens } from '../support/server.js';

let server: Server;
let tokens: Tokens;

beforeAll(async () => {
  server = await Server.start();
  tokens = await server.tokens();
});
afterAll(async () => server.remove());

/** Everything that comes back on a connection of its own, until it is closed. */
function sent(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    // A server that closes while much is still being sent resets the connection.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    socket.write(bytes);
  });
}

const authorization = (): string => `Authorization: Bearer ${tokens.app}\r\n`;
const whoami = (headers: string): string =>
  `GET /api/v1/whoami HTTP/1.1\r\n${authorization()}Connection: close\r\n${headers}\r\n`;
const chunked = (chunks: string): string =>
  `POST /api/v1/random HTTP/1.1\r\nHost: x\r\n${authorization()}Content-Type: application/json\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`;
const BODY = '{"bytes":1}';

/** One answer, a problem document like every other, which tells nothing of what serves it. */
function expectProblem(what: string, text: string, status: string): void {
  const answers = [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, code]) => code);
  expect([what, answers]).toEqual([what, [status]]);
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const lines = head.toLowerCase().replaceAll('; charset=utf-8', '').split('\r\n');
  for (const line of [
    'content-type: application/problem+json',
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    'x-frame-options: deny',
    "content-security-policy: default-src 'none'; frame-ancestors 'none'",
  ])
    expect([what, lines]).toEqual([what, expect.arrayContaining([line])]);
  expect(lines.filter((line) => /^(server|x-powered-by|via):/.test(line))).toEqual([]);
  expect(JSON.parse(body)).toMatchObject({ status: Number(status), requestId: expect.any(String) });
  expect(text).not.toMatch(/node|fastify|nest|\bat .*\.(ts|js):\d/i);
}

describe('what the parser refuses is answered like everything else:', () => {
  it.each<[string, () => string, string]>([
    ['no host', () => whoami(''), '400'],
    ['two hosts', () => whoami('Host: x\r\nHost: y\r\n'), '400'],
    ['an expectation that nobody meets', () => whoami('Host: x\r\nExpect: 200-ok\r\n'), '400'],
    ['two lengths', () => whoami('Host: x\r\nContent-Length: 0\r\nContent-Length: 1\r\n'), '400'],
    ['a header without a name', () => whoami('Host: x\r\n: a\r\n'), '400'],
    ['a header with a control character', () => whoami('Host: x\r\nA: \x01\r\n'), '400'],
    ['headers that are too long', () => whoami(`Host: x\r\nA: ${'a'.repeat(17 * 1024)}\r\n`), '400'],
    ['a method that there is not', () => 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n', '400'],
    ['a tunnel', () => 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n', '400'],
    ['an HTTP that there is not', () => 'GET / HTTP/9.9\r\nHost: x\r\n\r\n', '400'],
    ['HTTP/2 in clear', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400'],
    ['TLS where there is none', () => '\x16\x03\x01\x02\x00\x01\x00\x01', '400'],
    ['a trace', () => `TRACE /api/v1/whoami HTTP/1.1\r\nHost: x\r\n${authorization()}Connection: close\r\n\r\n`, '405'],
    ['an address that cannot be decoded', () => whoami('Host: x\r\n').replace('whoami', '%zz'), '400'],
  ])('%s', async (what, bytes, status) => {
    expectProblem(what, await sent(bytes()), status);
  });

  it('headers of 10 MB end the connection, and nothing else', async () => {
    const text = await sent(whoami(`Host: x\r\nA: ${'a'.repeat(10_000_000)}\r\n`));
    expect(text).toMatch(/^(HTTP\/1\.1 400 |$)/);
    expect((await call(server, tokens.app, 'GET', '/api/v1/whoami')).status).toBe(200);
  });
});

describe('a body in chunks', () => {
  const inChunk = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;

  it('is taken as it is, with an extension too', async () => {
    expect(await sent(chunked(inChunk))).toMatch(/^HTTP\/1\.1 200 /);
    expect(await sent(chunked(inChunk.replace('\r\n', ';a=b\r\n')))).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each([
    ['a size in another notation', `0x${inChunk}`],
    ['a negative size', `-${inChunk}`],
    ['a size beyond numbers', `fffffffffffffffff\r\n${BODY}\r\n0\r\n\r\n`],
    ['a bare line feed after its size', inChunk.replace('\r\n', '\n')],
    ['an extension without end', inChunk.replace('\r\n', `;${'a'.repeat(20_000)}\r\n`)],
    ['more in a chunk than it says', `1\r\n${BODY}\r\n0\r\n\r\n`],
  ])('with %s is refused', async (what, chunks) => {
    const smuggled = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';
    expectProblem(what, await sent(chunked(chunks + smuggled)), '400');
  });
});

describe('a path', () => {
  it.each([
    '/api/v1/whoami;a=b',
    '/api/v1/whoami.',
    '/api/v1/whoami%2e',
    '/api/v1/./whoami',
    '/api/v1//whoami',
    '/api/v1/%2e%2e/v1/whoami',
    '/api\\v1\\whoami',
    '/api/v1/Whoami',
    '/API/V1/WHOAMI',
    '/api/v1/whoami%20',
    '/api/v1/whoami%09',
    '/%61pi/v1/whoami/..',
    '/api/v1/keyrings/default%2fkeys',
    '/api/v1/keyrings/default/keys/..%2f..%2f..%2fwhoami%2f',
  ])('that only looks like a route’s reaches none that it should not: %s', async (path) => {
    const text = await sent(`GET ${path} HTTP/1.1\r\nHost: x\r\n${authorization()}Connection: close\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 (400|403|404) /);
    expect(text).not.toContain('"roles"');
  });

  it('is the same for every method that a header names', async () => {
    for (const name of ['x-http-method', 'x-http-method-override', 'x-method-override']) {
      const headers = { [name]: 'DELETE' };
      const answer = await call(server, tokens.keyAdmin, 'POST', '/api/v1/keyrings/default', {}, headers);
      expect([name, answer.status]).toEqual([name, 405]);
    }
    const asked = await call(server, tokens.admin, 'GET', '/api/v1/keyrings/default?_method=DELETE');
    expect(asked.status).toBe(400);
  });
});

it('the server has not complained of itself', () => {
  expect(server.output.split('\n').filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
});
