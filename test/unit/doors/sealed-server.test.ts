import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Server } from 'node:http';
import { expect, it } from '@jest/globals';
import { serveSealed, type Unsealing } from '../../../src/doors/http/sealed-server.js';

const SEALED = { sealed: true, roots: [{ root: 'KEYSTEAD_ROOT_KEY', given: 0, threshold: 1, shares: 2 }] };
const UNSEALED = { sealed: false, roots: [] };
const BODY = '{"share":"x"}';
const POST = `POST /api/v1/root/unseal HTTP/1.1\r\nhost: x\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;

/** @param add what a share does */
async function serve(
  add: Unsealing['add'],
): Promise<{ readonly server: Server; readonly port: number; readonly done: Promise<void> }> {
  let begun!: (server: Server) => void;
  const listening = new Promise<Server>((resolve) => (begun = resolve));
  const done = serveSealed({ progress: () => SEALED, add }, { port: 0, host: '127.0.0.1' }, begun);
  const server = await listening;
  return { server, port: (server.address() as AddressInfo).port, done };
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** @returns what it was told until it was closed */
function told(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (piece) => (text += String(piece)));
  return new Promise((resolve) => socket.once('close', () => resolve(text)));
}

it('ends also where whoever gave the last share did not wait for the answer', async () => {
  let keeper: Socket | undefined;
  let gone!: Promise<unknown>;
  const { server, port, done } = await serve(async () => {
    keeper?.destroy();
    await gone;
    return UNSEALED;
  });
  gone = once(server, 'connection').then(([socket]) => once(socket as Socket, 'close'));
  keeper = await open(port);
  keeper.write(POST);
  await done;
  expect(keeper.destroyed).toBe(true);
});

it('lets no source have all connections', async () => {
  const { port, done } = await serve(async () => UNSEALED);
  for (let made = 0; made < 100; made++) await open(port);
  expect(await told(await open(port))).toBe('');
  // Another source, which is of this machine, too.
  const keeper = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
  keeper.write(POST);
  expect(await told(keeper)).toContain('200 OK');
  await done;
});
