import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Controller } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PublicCall } from '../../../src/doors/rest/call.js';
import { PublicEndpoint } from '../../../src/doors/rest/endpoint.js';
import { PlantedController, startPlanted, type Planted } from './planted-app.js';

const MIB = 1024 * 1024;

@Controller()
class LongController {
  @PublicEndpoint({ method: 'GET', path: 'long', summary: 'long' })
  async long(_call: PublicCall<unknown>) {
    return { long: 'x'.repeat(32 * MIB) };
  }
}

let planted: Planted;

beforeAll(async () => {
  planted = await startPlanted(undefined, { requestMs: 100 });
});
afterAll(async () => planted.app.close());

async function open(bytes: string, { port } = planted): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

/** Everything that comes until the server closes the connection. */
async function allOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  await once(socket, 'close');
  return text;
}

describe('a client that', () => {
  it.each([
    ['says nothing of a request', 'G'],
    ['does not end its headers', 'GET /planted/open HTTP/1.1\r\nHost: x\r\nA: '],
    [
      'does not end its body',
      'POST /planted/made HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    ],
    [
      'does not end its last chunk',
      'POST /planted/made HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n',
    ],
  ])('%s is told so, and cut off', async (_what, bytes) => {
    const text = await allOf(await open(bytes));
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('the request did not arrive in time');
    expect(text).toMatch(/\r\ncontent-security-policy: /);
    expect(text).toMatch(/\r\ncontent-type: application\/problem\+json/);
  });

  it('sends a byte now and then is cut off all the same', async () => {
    const socket = await open('GET /planted/open HTTP/1.1\r\nHost: x\r\nA: ');
    const dripping = setInterval(() => socket.write('a'), 20);
    const text = await allOf(socket);
    clearInterval(dripping);
    expect(text).toContain('the request did not arrive in time');
  });

  it('does not read its answer is cut off, and gives its place back', async () => {
    const patient = await startPlanted([PlantedController, LongController], { requestMs: 2000, maxInFlight: 1 });
    const status = async () => (await fetch(`${patient.url}/planted/open`)).status;
    const socket = await open('GET /long HTTP/1.1\r\nHost: x\r\n\r\n', patient);
    socket.pause();
    while ((await status()) !== 503);
    while ((await status()) !== 200);
    expect(socket.bytesRead).toBeLessThan(32 * MIB);
    socket.destroy();
    await patient.app.close();
  });
});
