import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { ERROR_CODES } from '../../../src/errors.js';
import { startPlanted, type Planted } from './planted-app.js';
import { expectProblem, JSON_BODY, send as sendTo } from './sending.js';

const MIB = 1024 * 1024;

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

describe('limits', () => {
  it('takes a large batch and counts what it decodes to', async () => {
    const item = { data: Buffer.alloc(4 * MIB - 2).toString('base64') };
    expect((await post(ECHO, { items: [item, item, item, item] })).status).toBe(200);
    const small = { data: Buffer.alloc(9).toString('base64') };
    const over = await post(ECHO, { items: [item, item, item, item, small] });
    expectProblem(over, 413, 'payload-too-large');
  });

  it('refuses a body beyond 24 MiB on a route of batches', async () => {
    expectProblem(await post(ECHO, { data: 'A'.repeat(24 * MIB) }), 413, 'payload-too-large');
  });

  it('refuses a body beyond 1 MiB elsewhere, also when its length is not announced', async () => {
    expectProblem(await post('/planted/made', { name: 'x'.repeat(MIB) }), 413, 'payload-too-large');
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < 20; i++) controller.enqueue(Buffer.alloc(MIB / 16, ' '));
        controller.close();
      },
    });
    const response = await fetch(`${planted.url}/planted/made`, {
      method: 'POST',
      headers: { ...JSON_BODY, authorization: 'Bearer good' },
      body: stream,
      duplex: 'half',
    });
    expect(response.status).toBe(413);
    expect(planted.kms.refusals.map(({ code }) => code)).toEqual(['payload-too-large', 'payload-too-large']);
  });

  it('refuses more than 10,000 items', async () => {
    expectProblem(
      await post(ECHO, { items: Array.from({ length: 10_001 }, () => ({ data: '' })) }),
      400,
      'invalid-request',
    );
  });
});

describe('failures', () => {
  it.each(ERROR_CODES.map((code) => [code]))('are problem documents: %s', async (code) => {
    const answer = await send('GET', `/planted/fail?code=${code}`);
    expectProblem(answer, answer.status, code);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    if (answer.status === 503 || answer.status === 429) expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  });

  it('of the service itself tell nothing to the caller, and their reason to the log', async () => {
    const answer = await send('GET', '/planted/fail?code=bug');
    expectProblem(answer, 500, 'internal-error');
    expect(JSON.stringify(answer.body)).not.toContain('sauce');
    expect(planted.log.join('')).toContain('the secret sauce');
    expect(planted.log.join('')).toContain(String(answer.body['requestId']));
  });

  it('know an address from a method', async () => {
    expectProblem(await send('GET', '/nowhere'), 404, 'not-found');
    const answer = await send('PUT', ECHO, '{}');
    expectProblem(answer, 405, 'method-not-allowed');
    expect(answer.headers.get('allow')).toBe('POST');
  });

  it('answer what is not HTTP', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(planted.port, '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'));
      let received = '';
      socket.on('data', (chunk) => (received += String(chunk)));
      socket.on('end', () => resolve(received));
      socket.on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1.1 400 /);
    expect(text).toContain('application/problem+json');
    expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n')))).toMatchObject({ code: 'invalid-request' });
  });
});

describe('the start', () => {
  it('refuses a route that does not declare who may use it', async () => {
    @Controller('forgotten')
    class ForgottenController {
      @Get('door')
      async open() {
        return { open: true };
      }
    }
    await expect(startPlanted([ForgottenController])).rejects.toThrow(
      /GET \/forgotten\/door does not declare who may use it/,
    );
  });
});
