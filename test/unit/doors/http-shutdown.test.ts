import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { slow, startPlanted } from './planted-app.js';

describe('a server that stops', () => {
  it('finishes what is under way, and refuses what comes in on open connections', async () => {
    const { app, url, port } = await startPlanted();
    const sockets: Socket[] = [];
    app.getHttpServer().on('connection', (socket: Socket) => sockets.push(socket));
    const { promise, release } = hold();
    slow.held = promise;
    const entered = new Promise<void>((resolve) => (slow.entered = resolve));
    const answer = fetch(`${url}/planted/slow`);
    await entered;

    const late = connect(port, '127.0.0.1');
    let received = '';
    late.on('data', (chunk) => (received += String(chunk)));
    await once(late, 'connect');
    // Half a request, so that the connection is not idle when the server begins to stop.
    const half = 'GET /planted/open HTTP/1.1\r\nHost: here\r\n';
    late.write(half);
    while (sockets.at(-1)?.bytesRead !== half.length) await new Promise(setImmediate);

    const closed = app.close();
    while (app.getHttpServer().listening) await new Promise(setImmediate);
    late.write('\r\n');
    await once(late, 'end');
    expect(received).toMatch(/^HTTP\/1.1 503 /);
    expect(received).toMatch(/retry-after: \d/i);
    expect(received).toMatch(/connection: close/i);
    expect(received).toContain('"code":"shutting-down"');

    release();
    expect(await (await answer).json()).toEqual({ slow: true });
    await closed;
    await expect(fetch(`${url}/planted/open`)).rejects.toThrow();
  });
});

function hold(): { readonly promise: Promise<void>; readonly release: () => void } {
  const holding = new EventEmitter();
  return { promise: once(holding, 'release').then(() => undefined), release: () => holding.emit('release') };
}
